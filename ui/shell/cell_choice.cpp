// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/cell_choice.h"

#include <algorithm>
#include <map>

namespace echo2ecg::ui {

std::vector<CineCell> chooseCells(library::Library& library, library::Id study, const std::string& bundleId, int most, library::Id firstClip)
{
    auto rows = library.clips(study);
    std::map<library::Id, float> weights;
    if (!bundleId.empty())
        for (const auto& [clip, weight] : library.viewWeights(study, bundleId))
            weights[clip] = weight;
    const auto weightOf = [&](const library::ClipRow& row) {
        const auto found = weights.find(row.id);
        return found == weights.end() ? 0.0f : found->second;
    };
    std::stable_sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
        if ((a.id == firstClip) != (b.id == firstClip))
            return a.id == firstClip;
        if (a.kind != b.kind)
            return a.kind == echo::ClipKind::Cine;
        return weightOf(a) > weightOf(b);
    });
    std::vector<CineCell> cells;
    for (const auto& row : rows) {
        if (int(cells.size()) >= most)
            break;
        try {
            CineCell cell;
            cell.clip = echo::readClip(row.file);
            cell.study = study;
            cell.clipId = row.id;
            if (const auto found = weights.find(row.id); found != weights.end() && row.kind == echo::ClipKind::Cine)
                cell.viewWeight = found->second;
            cells.push_back(std::move(cell));
        } catch (const base::Error&) {
            // Damaged since it was imported: `library verify` lists it.
        }
    }
    return cells;
}

std::vector<CineCell> besideEachOther(const std::vector<CineCell>& own, const std::vector<CineCell>& retrieved, int rows, int columns)
{
    std::vector<CineCell> cells;
    std::size_t nextOwn = 0, nextRetrieved = 0;
    const int left = own.empty() ? 0 : retrieved.empty() ? columns : std::max(1, columns / 2);
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            const bool wantsOwn = columns == 1 ? row % 2 == 0 && !own.empty() : column < left;
            if ((wantsOwn || nextRetrieved >= retrieved.size()) && nextOwn < own.size())
                cells.push_back(own[nextOwn++]);
            else if (nextRetrieved < retrieved.size())
                cells.push_back(retrieved[nextRetrieved++]);
        }
    return cells;
}

} // namespace echo2ecg::ui
