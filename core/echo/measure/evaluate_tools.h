// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/measure/measurement.h"

namespace echo2ecg::echo {

// Tools of time and velocity. Each reads the calibration in the evaluation and gives it values or a refusal; the number of points is right.
void intervalTool(Evaluation& evaluation, const std::vector<Point>& points);
void velocityTool(Evaluation& evaluation, const std::vector<Point>& points);
void slopeTool(Evaluation& evaluation, const std::vector<Point>& points);
void vtiTool(Evaluation& evaluation, const std::vector<Point>& points);

} // namespace echo2ecg::echo
