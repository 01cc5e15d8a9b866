// SPDX-License-Identifier: GPL-3.0-or-later
#define E2E_DOT_NAME avx2DotProducts
#define E2E_DOT_LANES 8
#define E2E_DOT_ROWS 6
#define E2E_DOT_VECTORS 2
#include "retrieval/dot_products_body.h"
