// SPDX-License-Identifier: GPL-3.0-or-later
#define E2E_DOT_NAME avx512DotProducts
#define E2E_DOT_LANES 16
#define E2E_DOT_ROWS 12
#define E2E_DOT_VECTORS 1
#include "retrieval/dot_products_body.h"
