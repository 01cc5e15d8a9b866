// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "ecg/ecg_record.h"
#include "ecg/quality_gate.h"
#include "echo/adult_echo_report.h"
#include "echo/echo_study.h"
#include "inference/engine.h"
#include "retrieval/phenotypes.h"

#include <optional>
#include <string>

// The things of the core as JSON and as text.
namespace echo2ecg::cli {

base::Json view(const base::Warnings& warnings);
base::Json view(const ecg::EcgRecord& record);
base::Json view(const std::vector<ecg::Finding>& findings);
base::Json view(const echo::EchoClip& clip);
base::Json view(const echo::EchoStudy& study);
base::Json view(const echo::EchoReport& report);
base::Json view(const inference::EngineFacts& facts);
void addPhenotypes(base::Json& object, const retrieval::Phenotypes& phenotypes);

template <class T> base::Json orNull(const std::optional<T>& value)
{
    return value ? base::Json(*value) : base::Json();
}

std::string text(const ecg::EcgRecord& record);
std::string text(const echo::EchoStudy& study);
std::string text(const echo::EchoReport& report);
std::string text(const base::Warnings& warnings, const std::string& indent = "  ");
std::string text(const std::vector<ecg::Finding>& findings, const std::string& indent = "  ");
std::string text(const inference::EngineFacts& facts);

// "  SIMULATED" behind a line about a virtual patient, else nothing.
std::string mark(bool simulated);

// A number with as many digits as asked for after the point, without trailing zeros.
std::string number(double value, int digits = 3);

} // namespace echo2ecg::cli
