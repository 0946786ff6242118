#pragma once

#include "../common/l1_grad_rows.cuh"
