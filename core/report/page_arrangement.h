// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/page_layout.h"

namespace echo2ecg::report {

// The page as it is best read for this record. Millimetres per second and per millivolt are untouched.
// 3×4: rows are moved together until the page is `height` mm tall, but never so close that the traces of two rows touch
// (up to 2.6 mV off the line) and never wider apart than laid out; lead names go just above what their row draws below
// them. 12×1: lead names get a column of their own at the left, level with their line, and small rows give room to tall
// ones; the height stays.
ecg::Page arranged(const ecg::Page& page, const ecg::EcgRecord& record, double height);

} // namespace echo2ecg::report
