// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

// A few doubles that are computed side by side, and functions that exist in a version for newer processors too. Sums
// keep their order and nothing is fused in any version, so that all x86-64 processors give the same bits.
namespace echo2ecg::ecg {

#if defined(__GNUC__)
using Lanes = double __attribute__((vector_size(32)));
constexpr std::size_t laneCount = 4;
#define E2E_INLINE inline __attribute__((always_inline))
#else
using Lanes = double;
constexpr std::size_t laneCount = 1;
#define E2E_INLINE inline
#endif

// Sanitizers don't bear the choice that the loader makes before they are ready.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) &&                           \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define E2E_VERSIONS __attribute__((target_clones("avx2", "default")))
#else
#define E2E_VERSIONS
#endif

} // namespace echo2ecg::ecg
