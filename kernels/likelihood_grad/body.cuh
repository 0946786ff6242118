#pragma once

#include "../common/likelihood_rows.cuh"
