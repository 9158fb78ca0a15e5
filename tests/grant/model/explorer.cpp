#include "grant/model/explorer.hpp"

#include <algorithm>
#include <memory>

namespace grant_model {
namespace {

struct node {
    packed state;
    std::uint32_t parent;
    step by;
};

/// All states so far, in the order of their discovery, which is also the queue of a breadth-first
/// search; and an index over them by content. Chunks, since doubling would copy gigabytes.
class state_set {
public:
    state_set() : index_(std::size_t{1} << 16, none) {}

    /// Whether it was new.
    bool insert(const packed& state, std::uint32_t parent, const step& by) {
        if (size_ * 3 > index_.size() * 2) grow();
        const auto tag = tag_of(state);
        auto slot = tag & (index_.size() - 1);
        for (; index_[slot] != none; slot = (slot + 1) & (index_.size() - 1))
            if ((index_[slot] & tag_bits) == (tag & tag_bits) && at(index_[slot]).state == state)
                return false;
        index_[slot] = (tag & tag_bits) | size_;
        if (size_ % chunk == 0) chunks_.push_back(std::make_unique<node[]>(chunk));
        (*this)[size_] = {state, parent, by};
        ++size_;
        return true;
    }
    node& operator[](std::size_t i) { return chunks_[i / chunk][i % chunk]; }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    // An entry is a state's number, with some of its hash above: few strangers are looked at.
    static constexpr std::uint64_t tag_bits = 0xFFFFFFFF00000000U;
    static constexpr std::uint64_t none = 0xFFFFFFFFFFFFFFFFU;
    static constexpr std::size_t chunk = std::size_t{1} << 16;

    static std::uint64_t tag_of(const packed& state) {
        std::uint64_t h = 0x9E3779B97F4A7C15U;
        for (const auto word : state) {
            h = (h ^ word) * 0xFF51AFD7ED558CCDU;
            h ^= h >> 32;
        }
        return h;
    }
    node& at(std::uint64_t entry) { return (*this)[entry & ~tag_bits]; }

    void grow() {
        std::vector<std::uint64_t> wider(index_.size() * 2, none);
        index_.swap(wider);
        for (std::size_t i = 0; i < size_; ++i) {
            const auto tag = tag_of((*this)[i].state);
            auto slot = tag & (index_.size() - 1);
            while (index_[slot] != none) slot = (slot + 1) & (index_.size() - 1);
            index_[slot] = (tag & tag_bits) | i;
        }
    }

    std::vector<std::unique_ptr<node[]>> chunks_;
    std::vector<std::uint64_t> index_;
    std::size_t size_ = 0;
};

/// Goes from `raw` to a state whose one form is `form`, and says how.
std::string follow(world& raw, const packed& form, const step& fallback, const configuration& c) {
    std::vector<step> steps;
    list_steps(raw, c, steps);
    for (const auto& s : steps) {
        auto after = raw;
        if (!apply(after, s, c).possible) continue;
        auto reduced = after;
        make_canonical(reduced, c);
        if (pack(reduced, c) != form) continue;
        auto line = text(s, raw);
        raw = after;
        return line;
    }
    return text(fallback, raw) + " (among states that are alike)";
}

/// The run to state `last`, in which servers and presenters keep their names from start to end, and
/// the step after it that breaks `what`.
std::vector<std::string> trace_to(state_set& states, std::size_t last, broken what,
                                  const configuration& c) {
    std::vector<std::size_t> path;
    for (std::size_t i = last; i != 0; i = states[i].parent) path.push_back(i);
    std::reverse(path.begin(), path.end());
    auto raw = first_world(c);
    std::vector<std::string> lines;
    for (const auto i : path) lines.push_back(follow(raw, states[i].state, states[i].by, c));
    std::vector<step> steps;
    list_steps(raw, c, steps);
    for (const auto& s : steps) {
        auto after = raw;
        if (apply(after, s, c).what != what) continue;
        lines.push_back(text(s, raw));
        break;
    }
    return lines;
}

} // namespace

finding explore(const configuration& c, broken wanted, std::size_t most_states) {
    finding found;
    state_set states;
    auto first = first_world(c);
    make_canonical(first, c);
    states.insert(pack(first, c), 0, {});
    std::vector<step> steps;
    for (std::size_t i = 0; i < states.size() && found.what == broken::nothing; ++i) {
        const auto before = unpack(states[i].state, c);
        list_steps(before, c, steps);
        for (const auto& s : steps) {
            auto after = before;
            const auto result = apply(after, s, c);
            if (!result.possible) continue;
            ++found.transitions;
            if (result.what != broken::nothing &&
                (wanted == broken::nothing || wanted == result.what)) {
                found.what = result.what;
                found.trace = trace_to(states, i, result.what, c);
                break;
            }
            make_canonical(after, c);
            states.insert(pack(after, c), static_cast<std::uint32_t>(i), s);
        }
        found.unfinished = states.size() > most_states;
        if (found.unfinished) break;
    }
    found.states = states.size();
    return found;
}

std::size_t count_forms(configuration c) {
    auto whole = c;
    whole.reduced = false;
    state_set states, forms;
    auto first = first_world(c);
    states.insert(pack(first, c), 0, {});
    std::vector<step> steps;
    for (std::size_t i = 0; i < states.size(); ++i) {
        const auto before = unpack(states[i].state, whole);
        auto form = before;
        make_canonical(form, c);
        forms.insert(pack(form, c), 0, {});
        list_steps(before, whole, steps);
        for (const auto& s : steps) {
            auto after = before;
            if (apply(after, s, whole).possible)
                states.insert(pack(after, whole), static_cast<std::uint32_t>(i), s);
        }
    }
    return forms.size();
}

} // namespace grant_model
