#pragma once

#include "../common/latent_grad_rows.cuh"
