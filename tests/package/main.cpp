// The program that every consumer builds. It needs the compiled part, and implements a port, so it
// proves that the two sides link even where one has RTTI and the other has none.
#include <mcp_oauth/mcp_oauth.hpp>

#include <mcp_oauth/base/crypto.hpp>

namespace {

class counting_sink final : public mcp_oauth::event_sink {
public:
    void on_event(const mcp_oauth::event& /*event*/) override { ++seen; }
    int seen = 0;
};

} // namespace

int main() {
    static_assert(MCP_OAUTH_VERSION >= 100);
    counting_sink counted;
    mcp_oauth::event_sink& sink = counted;
    sink.on_event(mcp_oauth::event{});
    const bool known = mcp_oauth::sha256("abc")[0] == 0xba; // FIPS 180-4: ba7816bf…
    return counted.seen == 1 && known ? 0 : 1;
}
