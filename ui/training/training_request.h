// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/train.h"

#include <functional>

namespace echo2ecg::ui {

// What a person asks of a training; of the three runs the one of the kind counts.
struct TrainingRequest
{
    enum class Kind { Alignment, EchoEncoder, EcgEncoder };
    Kind kind = Kind::Alignment;
    casework::AlignmentRun alignment;
    casework::EchoRun echo;
    casework::EcgRun ecg;

    // To all three, so that what they share is said once.
    template <class Set> void each(const Set& set)
    {
        set(alignment);
        set(echo);
        set(ecg);
    }
    // What `use` makes of the run that counts.
    template <class Use> auto visit(const Use& use) const
    {
        switch (kind) {
        case Kind::EchoEncoder:
            return use(echo);
        case Kind::EcgEncoder:
            return use(ecg);
        case Kind::Alignment:
            break;
        }
        return use(alignment);
    }
    std::filesystem::path out() const
    {
        return visit([](const auto& run) { return run.out; });
    }
    void setResume(bool resume)
    {
        each([resume](auto& run) { run.resume = resume; });
    }
};

// Does it, on a job's thread; gives the record of the run. Throws base::Error, base::Cancelled, after which the run can be gone on with.
using Trainer = std::function<base::Json(const TrainingRequest& request, const base::JobContext& job)>;

} // namespace echo2ecg::ui
