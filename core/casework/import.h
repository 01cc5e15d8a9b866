// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/adult_echo_report.h"
#include "library/library.h"

// What a person does with a case, for the window and the command line alike.
namespace echo2ecg::casework {

// What a file turned out to be, by its content.
enum class FileKind { Ecg, EchoImage, Report, Table, Skipped, Unreadable };

struct ScannedFile
{
    std::filesystem::path file;
    FileKind kind = FileKind::Skipped;
    std::string reason; // of Skipped and Unreadable
};

struct FileList;

struct Scan
{
    std::vector<ScannedFile> files;
    std::vector<echo::EchoStudy> studies;
    std::vector<ecg::EcgRecord> ecgs;
    std::vector<std::pair<std::filesystem::path, echo::EchoReport>> reports;
    double seconds = 0;
    std::shared_ptr<const FileList> list; // files of `studies` and `ecgs` out of archives are there as long as this

    // What a person knows a file of it as: "archive.zip ▸ entry" for one out of an archive.
    std::filesystem::path nameOf(const std::filesystem::path& file) const;
};

// Looks at files and folders (recursively, no symbolic-link loops) by content, headers only for images. A companion of
// a WFDB header isn't an ECG of its own. Nothing throws for one file: it becomes Unreadable with the reason. Throws
// base::Cancelled.
Scan scan(const std::vector<std::filesystem::path>& paths, const base::JobContext& job = {});

struct ImportSummary
{
    std::vector<library::Id> ecgs, studies; // of everything named, whether new or there already
    int newEcgs = 0, newStudies = 0, reports = 0; // reports: structured ones that belong to a study
    std::vector<ScannedFile> skipped, unreadable;
    int duplicates = 0; // images that were there already or came twice: the same content
    base::Warnings warnings;
    // "2 ECGs, 3 studies (24 clips, 2 stills); 1 file unreadable"
    std::string sentence;
};

// ZIP archives are looked into, a DICOMDIR stands for its files. Then one transaction per ECG and per study; tables last. Unreadable files go to
// the quarantine list; of two different images with one SOP Instance UID the first is kept and the other goes there too.
ImportSummary import(library::Library& library, const std::vector<std::filesystem::path>& paths,
                     const base::JobContext& job = {});

} // namespace echo2ecg::casework
