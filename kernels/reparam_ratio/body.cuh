#pragma once

#include "../common/reparam_rows.cuh"
