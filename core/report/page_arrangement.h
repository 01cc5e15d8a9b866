// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/page_layout.h"

namespace echo2ecg::report {

// The page as it is best read for this record. Millimetres per second and per millivolt are untouched.
// Pages of up to four rows: rows are moved together until the page is `height` mm tall, but never so close that the
// traces of two rows touch (up to 26 mm off the line) and never wider apart than laid out; lead names go just above what
// their row draws below them. Six rows: before that, small rows give room to tall ones. 12×1: so too, and lead names get
// a column of their own at the left, level with their line; the height stays.
ecg::Page arranged(const ecg::Page& page, const ecg::EcgRecord& record, double height);

// All rows closer together by the same share, so that the page is `height` mm tall; unchanged where it is so already, or
// where calibration pulses would come closer than 1.5 mm. Scales stay.
ecg::Page closer(const ecg::Page& page, double height);
// The page as it is printed on paper `height` mm tall: itself, or where its rows need more (a high gain), as many rows on
// each sheet as it holds. Nothing is made smaller.
std::vector<ecg::Page> onPaper(const ecg::Page& page, double height);

} // namespace echo2ecg::report
