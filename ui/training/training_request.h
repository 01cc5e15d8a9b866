// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/train.h"

#include <functional>

namespace echo2ecg::ui {

// What a person asks of a training; of the two runs the one of the kind counts.
struct TrainingRequest
{
    enum class Kind { Alignment, EchoEncoder };
    Kind kind = Kind::Alignment;
    casework::AlignmentRun alignment;
    casework::EchoRun echo;

    const std::filesystem::path& out() const { return kind == Kind::Alignment ? alignment.out : echo.out; }
    void setResume(bool resume) { alignment.resume = echo.resume = resume; }
};

// Does it, on a job's thread; gives the record of the run. Throws base::Error, base::Cancelled, after which the run can be gone on with.
using Trainer = std::function<base::Json(const TrainingRequest& request, const base::JobContext& job)>;

} // namespace echo2ecg::ui
