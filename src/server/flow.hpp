#pragma once

#include <memory>
#include <utility>
#include <variant>

#include "mcp_oauth/server/operation.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// An operation as member functions that follow each other: each ends by asking for a step and
/// naming the member function that takes its answer, or by finishing. That a step gets the answer
/// of its own kind is in the types.
template <class Self, class Result> class flow : public operation_state<Result> {
public:
    void resume(step_answer&& given) final {
        this->pending.reset();
        std::visit([&](auto then) { hand_over(then, given); }, then_);
    }

protected:
    template <class Answer> using member = void (Self::*)(Answer);

    void ask(load_step s, member<load_answer> then) { ask_for(std::move(s), then); }
    void ask(create_step s, member<create_answer> then) { ask_for(std::move(s), then); }
    void ask(replace_step s, member<replace_answer> then) { ask_for(std::move(s), then); }
    void ask(erase_step s, member<erase_answer> then) { ask_for(std::move(s), then); }
    void ask(list_step s, member<list_answer> then) { ask_for(std::move(s), then); }
    void ask(find_client_step s, member<find_client_answer> then) { ask_for(std::move(s), then); }
    void ask(sign_step s, member<sign_answer> then) { ask_for(std::move(s), then); }
    void ask(fetch_step s, member<fetch_answer> then) { ask_for(std::move(s), then); }

    void finish(Result r) { this->result.emplace(std::move(r)); }

private:
    template <class Step, class Then> void ask_for(Step s, Then then) {
        this->pending.emplace(std::move(s));
        then_ = then;
    }
    template <class Answer> void hand_over(member<Answer> then, step_answer& given) {
        auto& self = static_cast<Self&>(*this);
        if (auto* fitting = std::get_if<Answer>(&given))
            (self.*then)(std::move(*fitting));
        else
            (self.*then)(nobody_knows(static_cast<Answer*>(nullptr)));
    }
    // An answer of another kind is the host's fault, and counts as no answer.
    static create_answer nobody_knows(create_answer*) { return {write_outcome::unknown, {}}; }
    static replace_answer nobody_knows(replace_answer*) { return {write_outcome::unknown}; }
    static erase_answer nobody_knows(erase_answer*) { return {write_outcome::unknown}; }
    static fetch_answer nobody_knows(fetch_answer*) {
        return unexpected<fetch_error>{fetch_error::unavailable};
    }
    template <class Answer> static Answer nobody_knows(Answer*) {
        return unexpected<unavailable>{unavailable{}};
    }

    std::variant<member<load_answer>, member<create_answer>, member<replace_answer>,
                 member<erase_answer>, member<list_answer>, member<find_client_answer>,
                 member<sign_answer>, member<fetch_answer>>
        then_;
};

/// Makes the operation and runs it up to its first step.
template <class Flow, class Result, class... Arguments>
[[nodiscard]] operation<Result> begin_flow(Arguments&&... arguments) {
    auto made = std::make_unique<Flow>(std::forward<Arguments>(arguments)...);
    made->start();
    return operation<Result>{std::move(made)};
}

} // namespace v0
} // namespace mcp_oauth
