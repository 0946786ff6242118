#pragma once

#include "../common/update_blocks.cuh"
