#pragma once

/// The version of the headers in use. CMake reads it from here, so it is written nowhere else.
#define MCP_OAUTH_VERSION_MAJOR 0
/// At most 99, like the next.
#define MCP_OAUTH_VERSION_MINOR 1
/// At most 99, so that `MCP_OAUTH_VERSION` orders all versions.
#define MCP_OAUTH_VERSION_PATCH 0

/// One number to compare: `#if MCP_OAUTH_VERSION >= 100 // 0.1.0`.
#define MCP_OAUTH_VERSION                                                                          \
    (MCP_OAUTH_VERSION_MAJOR * 10000 + MCP_OAUTH_VERSION_MINOR * 100 + MCP_OAUTH_VERSION_PATCH)
