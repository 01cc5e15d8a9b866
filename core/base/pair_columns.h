// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/csv.h"

// Names of the columns of a table of pairs (an ECG with an echo study, or with one of its views), in the order in which they are looked for. Training and evaluation
// read the same tables: those of `echo2ecg simulate`, the reference's pairs.csv and our own.
namespace echo2ecg::base::pair_columns {

using Names = std::vector<std::string>;

inline const Names ecgFile{"ecg", "ecg_file", "ecg_filepath"};
inline const Names ecg{"ecg", "ecg_id", "ecg_key", "ecg_file", "ecg_filepath"}; // what names it, be it a file or not
inline const Names patient{"patient", "patient_id", "patient_key", "subject_id"};
inline const Names study{"study", "echo_study_id", "study_id", "study_uid", "echo_study"};
inline const Names studyFolder{"study_folder"}; // of a DICOM study, relative to the table
inline const Names clips{"clips", "clip_embeddings", "embeddings"}; // files, separated by "|"
inline const Names view{"clip", "echo_filename", "echo_filepath"};  // what names one view
inline const Names row{"row", "echo_embed_idx"};                    // of a matrix of views
inline const Names split{"split"};
inline const Names ecgDate{"ecg_date", "ecg_datetime"};
inline const Names studyDate{"echo_date", "echo_datetime", "study_date"};
inline const Names daysApart{"days_apart"};

// "train", "val" or "test" for the words that mean them; anything else in lower case.
inline std::string splitWord(const std::string& cell)
{
    std::string word = lowerCase(cell);
    if (word == "training")
        return "train";
    if (word == "valid" || word == "validation" || word == "dev")
        return "val";
    return word;
}

} // namespace echo2ecg::base::pair_columns
