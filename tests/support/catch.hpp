#pragma once

// Catch2 version 3 where it is installed, version 2 otherwise. Include this, never Catch2 itself.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
