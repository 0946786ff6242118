// Tests of the SIMT device through the driver API: `device_test MODULE [case...]`, or `device_test --list`. The cases are in the
// headers in this folder, one per subject.
#include "computing_cases.hpp"
#include "fault_cases.hpp"
#include "memory_cases.hpp"
#include "module_cases.hpp"
#include "stream_cases.hpp"
#include "tensor_core_cases.hpp"

int main(int count, char** arguments) {
    if (count == 2 && std::string(arguments[1]) == "--list") {
        for (const Case& c : cases()) std::puts(c.name);
        return 0;
    }
    if (count < 2) {
        std::fputs("usage: device_test MODULE.so [case...] | --list\n", stderr);
        return 2;
    }
    modulePath = arguments[1];
    int ran = 0;
    for (const Case& c : cases()) {
        bool wanted = count == 2;
        for (int i = 2; i < count; i++) wanted |= std::string(arguments[i]) == c.name;
        if (!wanted) continue;
        fvae_simt_schedule("forward", 1);
        c.run();
        std::printf("ok %s\n", c.name);
        std::fflush(stdout);
        ran++;
    }
    return ran > 0 ? 0 : 2;
}
