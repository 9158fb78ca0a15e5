#include "bench.hpp"

int main() {
    bench::grants();
    bench::gate();
    bench::validation();
}
