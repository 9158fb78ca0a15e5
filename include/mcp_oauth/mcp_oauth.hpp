#pragma once

/// All that a host needs: the two servers, and the ports that they call. Adapters are named one by
/// one.
#include "mcp_oauth/base/version.hpp"
#include "mcp_oauth/ports/attempt_limiter.hpp"
#include "mcp_oauth/ports/client_registry.hpp"
#include "mcp_oauth/ports/event_sink.hpp"
#include "mcp_oauth/ports/folding_events.hpp"
#include "mcp_oauth/ports/http_fetcher.hpp"
#include "mcp_oauth/ports/memory_store.hpp"
#include "mcp_oauth/ports/record_store.hpp"
#include "mcp_oauth/ports/signer.hpp"
#include "mcp_oauth/server/authorization_server.hpp"
#include "mcp_oauth/server/cors.hpp"
#include "mcp_oauth/server/driver.hpp"
#include "mcp_oauth/server/key_rotation.hpp"
#include "mcp_oauth/server/policy.hpp"
#include "mcp_oauth/server/resource_server.hpp"
