// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/case_engine.h"
#include "support/fake_engine.h"
#include "support/made_cases.h"

namespace echo2ecg::test {

// A library with an engine without networks in front of it.
struct Case
{
    Scratch scratch;
    std::unique_ptr<library::Library> library;
    std::unique_ptr<FakeEngine> engine;
    std::unique_ptr<casework::CaseEngine> cases;

    Case()
    {
        library::Library::create(scratch / "lib");
        open();
    }
    void open()
    {
        cases.reset();
        library = library::Library::open(scratch / "lib");
        engine = std::make_unique<FakeEngine>(library.get());
        cases = std::make_unique<casework::CaseEngine>(*library, *engine);
    }
    // An ECG whose token lies at `x` on a line, with the LVEF of its patient.
    library::Id add(int seed, const std::string& patient, float x, std::optional<double> lvef,
                    std::optional<bool> shd = {})
    {
        const auto record = makeEcg(seed, patient, "2020-01-01");
        std::vector<float> token(192, 0.0F);
        token[0] = x;
        engine->tokens[record.signalHash()] = token;
        const library::Id id = library->addEcg(record).first;
        label(id, lvef, shd);
        return id;
    }
    void label(library::Id ecg, std::optional<double> lvef, std::optional<bool> shd = {})
    {
        retrieval::Phenotypes p;
        if (lvef)
            p.lvef = {{*lvef, "test"}};
        p.structuralHeartDisease = shd;
        library->setPatientPhenotypes(library->ecg(ecg).patient, p);
    }
    // A study whose only cine has the aligned vector cos(angle), sin(angle).
    library::Id addStudy(int seed, const std::string& patient, double angle, const std::string& date = "2020-01-01")
    {
        const auto study = makeStudy(scratch.path(), seed, patient, date, 1);
        engine->clips[base::sha256OfFile(study.clips[0].file)] = direction(angle);
        return library->addStudy(study).first;
    }
    static std::vector<float> direction(double angle)
    {
        std::vector<float> v(512, 0.0F);
        v[0] = float(std::cos(angle));
        v[1] = float(std::sin(angle));
        return v;
    }
};

} // namespace echo2ecg::test
