// Carries the precompiled header, so that there is one even while this is the only user of it here.
#include "support/catch.hpp"
