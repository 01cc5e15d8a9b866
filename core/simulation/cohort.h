// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulation/write_study.h"

namespace echo2ecg::simulation {

struct CohortPlan
{
    int patients = 200; // 1 … mostPatients
    std::uint64_t seed = 1;
    ClipSize size;
    bool ecgOnly = false; // no studies: the same ECGs in a fiftieth of the time
    int threads = 0; // 0: all of the machine
};

// Throws base::Error(Unsuitable) for fewer than 1 or more than mostPatients.
void checkPatientCount(int patients);

struct CohortSummary
{
    int patients = 0, clips = 0;
    int train = 0, validation = 0, test = 0;
    std::uintmax_t bytes = 0;
};

// "train", "val" or "test": of each five consecutive patients three, one and one, by the seed. Doesn't depend on how many there are.
const char* splitOf(std::uint64_t seed, int number);

// Writes patientNNNN/… for all (write_study.h), patients.csv with what is true of each, and, as the last thing, pairs.csv: ECG, study folder (not of ECGs alone), patient,
// split and phenotypes, paths relative to it. The tables' column names are those of Library::importPhenotypes. The same bytes for any number of threads. Progress in patients.
// Throws base::Error: Unsuitable for a plan out of bounds or a folder that isn't empty, Io; base::Cancelled, after which there is no pairs.csv.
CohortSummary simulateCohort(const CohortPlan& plan, const std::filesystem::path& folder, const base::JobContext& job = {});

// What is true of patients that writePatient() wrote, one a line, as in patients.csv. Throws base::Error(Io).
void writeTruth(const std::filesystem::path& csv, const std::vector<std::pair<VirtualPatient, PatientFiles>>& patients);

} // namespace echo2ecg::simulation
