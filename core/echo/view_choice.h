// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/echo_study.h"
#include "echo/recipe.h"

namespace echo2ecg::echo {

// Whether a clip is a view of the study as the model sees it.
struct ViewChoice
{
    FoundContent content;
    bool isUsed = false;
    bool canBeUsed = true; // a still never can
    bool byPerson = false; // a person's word decided
    bool byRules = false;  // what the rules would do without it, the limit aside
    std::string reason;    // why it is left out: "still", "M-mode", "left out by hand", "beyond 128 views" …; empty when used
};

enum class Look {
    WhereItMatters, // pixels where the header says nothing, and where the recipe leaves colour out and the header says tissue
    Everywhere      // pixels of whatever the header calls tissue, too
};

// One per clip of the study, in its order. Left out are stills, spectra, M-mode and volumes; colour Doppler where the recipe says so; and what a
// person switched off. What a person switched on is used whatever it shows, unless it is a still. Of more than recipe.maxViews, those that a person
// switched on come first, then the others, both in the study's order: without a person's word that is the reference's rule (SPEC §4: table order,
// cut at the most). The used ones keep the study's order. Clips that know their content (EchoClip::content) aren't looked at again. Spread over a
// few threads; reads pixels, so it may take seconds. Throws base::Cancelled alone.
std::vector<ViewChoice> chooseViews(const EchoStudy& study, const EchoRecipe& recipe, Look look = Look::WhereItMatters,
                                    const base::CancelToken& cancel = {});

// "62 of 70 clips used; at most 128".
std::string summaryOf(const std::vector<ViewChoice>& choices, const EchoRecipe& recipe);

} // namespace echo2ecg::echo
