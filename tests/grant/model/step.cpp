#include "grant/model/step.hpp"

namespace grant_model {
namespace {

class lister {
public:
    lister(const world& w, const configuration& c, std::vector<step>& out)
        : w_(w), c_(c), out_(out) {}

    void list() {
        add(happens::tick);
        list_requests();
        for (int s = 0; s < servers; ++s) list_operation(s);
        if (w_.late.exists) {
            add(happens::late_write_lands);
            add(happens::late_write_is_lost);
        }
        if (c_.restore) {
            add(happens::backup);
            add(happens::restore);
        }
        if (c_.sweep) add(w_.sweeping ? happens::sweep_erases : happens::sweep_reads);
    }

private:
    void add(happens what, int server = 0, int presenter = 0, int token = 0, int lag = 0) {
        out_.push_back({what, static_cast<std::uint8_t>(server),
                        static_cast<std::uint8_t>(presenter), static_cast<std::uint8_t>(token),
                        static_cast<std::uint8_t>(lag)});
    }

    void list_requests() {
        for (int s = 0; s < servers; ++s) {
            if (w_.server[at(s)].at != phase::idle) continue;
            // Who revokes, and by which token, makes no difference (row 2).
            if (c_.revocation) add(happens::revocation, s, 0, 1);
            for (int p = 0; p < c_.presenters && w_.held[at(p)] > 0; ++p) {
                if (p > 0 && presenter_rank(w_, p) == presenter_rank(w_, p - 1)) continue; // alike
                for (int token = 1; token <= w_.held[at(p)]; ++token) list_request(s, p, token);
            }
            if (c_.servers_alike()) return; // the first that is free stands for both
        }
    }

    void list_request(int s, int p, int token) {
        const bool code = w_.generation[at(token)] == 0;
        if (code && !(c_.from_code && token == 1)) return; // that write made no token
        for (int lag = 0; lag <= c_.lag; ++lag) {
            add(happens::use, s, p, token, lag);
            if (c_.misfits) add(happens::use_with_misfit, s, p, token, lag);
            if (code) add(happens::use_without_verifier, s, p, token, lag);
        }
    }

    void list_operation(int s) {
        if (c_.keys) add(happens::new_secret, s);
        const auto& o = w_.server[at(s)];
        if (o.at == phase::idle) return;
        add(happens::crash, s);
        if (o.at == phase::arrived) add(happens::load, s);
        if (o.at == phase::loaded)
            for (int lag = 0; lag <= c_.lag; ++lag) add(happens::decide, s, 0, 0, lag);
        if (o.at == phase::swapping) list_swaps(s);
        if (o.at != phase::answering) return;
        add(happens::answer, s);
        add(happens::answer_is_lost, s);
    }

    void list_swaps(int s) {
        add(happens::swap, s);
        if (!c_.unknown) return;
        add(happens::swap_unknown_landed, s);
        add(happens::swap_unknown_lost, s);
        if (!c_.late) return;
        add(happens::swap_unknown_late, s);
        add(happens::crash_with_write_under_way, s);
    }

    const world& w_;
    const configuration& c_;
    std::vector<step>& out_;
};

std::string token_text(int token, const world& w) {
    const int g = w.generation[at(token)];
    if (g == 0) return "the code";
    return "R" + std::to_string(g) + (w.lost(token) ? " of the lost timeline" : "");
}

std::string server_text(const step& s) { return "S" + std::to_string(s.server + 1); }

std::string request_text(const step& s, const world& w, const char* verb, const char* with) {
    const char* const who[] = {"P1", "P2", "T"};
    return std::string{who[s.presenter]} + verb + token_text(s.token, w) + " to " + server_text(s) +
           with + (s.lag > 0 ? ", whose clock lags" : "");
}

} // namespace

void list_steps(const world& w, const configuration& c, std::vector<step>& out) {
    out.clear();
    lister{w, c, out}.list();
}

std::string text(const step& s, const world& w) {
    const std::string server = server_text(s);
    const std::string lags = s.lag > 0 ? " by a clock that lags" : "";
    switch (s.what) {
    case happens::tick: return "a tick passes";
    case happens::use: return request_text(s, w, " presents ", "");
    case happens::use_with_misfit: return request_text(s, w, " presents ", " for too wide a scope");
    case happens::use_without_verifier:
        return request_text(s, w, " presents ", " with a wrong verifier");
    case happens::revocation: return request_text(s, w, " revokes ", "");
    case happens::load: return server + " loads";
    case happens::decide: return server + " decides" + lags;
    case happens::swap: return server + " swaps";
    case happens::answer: return server + " answers";
    case happens::answer_is_lost: return server + " answers, and the answer is lost";
    case happens::crash: return server + " drops its request";
    case happens::swap_unknown_landed: return server + " swaps, lands, and is not told";
    case happens::swap_unknown_lost: return server + " swaps, does not land, and is not told";
    case happens::swap_unknown_late: return server + " swaps, is not told, and it may land yet";
    case happens::crash_with_write_under_way: return server + " dies while its write is under way";
    case happens::late_write_lands: return "the late write lands";
    case happens::late_write_is_lost: return "the late write is lost";
    case happens::backup: return "a backup is taken";
    case happens::restore: return "the backup is restored";
    case happens::sweep_reads: return "the sweep reads an expired grant";
    case happens::sweep_erases: return "the sweep erases it";
    case happens::new_secret: return server + " takes the next step to the new secret";
    }
    return "";
}

world first_world(const configuration& c) {
    world w;
    w.writes = 1;
    w.record.version = w.record.nonce = w.record.counter = 1;
    if (c.from_code) {
        w.record.state = pending;
    } else {
        w.record.head = w.top = w.generation[1] = 1;
    }
    for (int p = 0; p < c.presenters; ++p)
        w.held[at(p)] = 1; // the thief, too, begins with the first
    return w;
}

} // namespace grant_model
