#pragma once

/// Marks what a shared build of the library exports; everything else in it is hidden.
///
/// Empty in a static build: a host's own shared library does not re-export ours by accident.
/// The target sets `MCP_OAUTH_SHARED` for the library and for all that link it.
#if !defined(MCP_OAUTH_SHARED)
#define MCP_OAUTH_EXPORT
#elif defined(_WIN32) && defined(MCP_OAUTH_BUILDING)
#define MCP_OAUTH_EXPORT __declspec(dllexport)
#elif defined(_WIN32)
#define MCP_OAUTH_EXPORT __declspec(dllimport)
#else
#define MCP_OAUTH_EXPORT __attribute__((visibility("default")))
#endif
