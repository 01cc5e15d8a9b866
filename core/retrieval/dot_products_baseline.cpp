// SPDX-License-Identifier: GPL-3.0-or-later
#define E2E_DOT_NAME baselineDotProducts
#if defined(__GNUC__) || defined(__clang__)
#define E2E_DOT_LANES 4
#else
#define E2E_DOT_LANES 1
#endif
#define E2E_DOT_ROWS 6
#define E2E_DOT_VECTORS 2
#include "retrieval/dot_products_body.h"
