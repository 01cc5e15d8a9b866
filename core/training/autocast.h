// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/autocast_mode.h>

#if __has_include(<torch/version.h>)
#include <torch/version.h>
#endif
// The functions that take the kind of device came with 2.4, when the others were deprecated.
#if defined(TORCH_VERSION_MAJOR) && (TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4))
#define E2E_AUTOCAST_BY_DEVICE
#endif

namespace echo2ecg::training {

// Matrix products in bfloat16 on the GPU while it lives, on this thread (mixed precision after Micikevicius 2018;
// bfloat16 has float32's range, so that nothing needs scaling). Names torch types: not a public header.
class Autocast
{
public:
    explicit Autocast(bool on) : m_on(on)
    {
        if (!on)
            return;
        m_before = isOn();
        at::autocast::increment_nesting();
        set(true);
    }
    ~Autocast()
    {
        if (!m_on)
            return;
        if (at::autocast::decrement_nesting() == 0)
            at::autocast::clear_cache();
        set(m_before);
    }
    Autocast(const Autocast&) = delete;
    Autocast& operator=(const Autocast&) = delete;

private:
#ifdef E2E_AUTOCAST_BY_DEVICE
    static bool isOn() { return at::autocast::is_autocast_enabled(at::kCUDA); }
    static void set(bool on)
    {
        at::autocast::set_autocast_dtype(at::kCUDA, at::kBFloat16);
        at::autocast::set_autocast_enabled(at::kCUDA, on);
    }
#else
    static bool isOn() { return at::autocast::is_enabled(); }
    static void set(bool on)
    {
        at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
        at::autocast::set_enabled(on);
    }
#endif
    bool m_on, m_before = false;
};

} // namespace echo2ecg::training
