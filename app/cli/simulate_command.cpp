// SPDX-License-Identifier: GPL-3.0-or-later
#include "session.h"
#include "simulation/cohort.h"
#include "views.h"

namespace echo2ecg::cli {

namespace {

struct Arguments
{
    simulation::CohortPlan plan;
    std::filesystem::path out;
};

int simulate(const Session& session, const Arguments& arguments)
{
    simulation::CohortPlan plan = arguments.plan;
    plan.threads = session.device.threads;
    const simulation::CohortSummary made = blame(OutputFailed, [&] { return simulation::simulateCohort(plan, arguments.out, session.job()); });
    session.print(base::Json::object({{"out", arguments.out.string()},
                                      {"simulated", true},
                                      {"seed", std::int64_t(plan.seed)},
                                      {"patients", made.patients},
                                      {"clips", made.clips},
                                      {"bytes", std::int64_t(made.bytes)},
                                      {"split", base::Json::object({{"train", made.train}, {"val", made.validation}, {"test", made.test}})}}),
                  "Written         " + arguments.out.string() + ": " + std::to_string(made.patients) + " virtual patients, " + (plan.ecgOnly ? "ECGs alone, " : std::to_string(made.clips) + " clips and stills, ") +
                      number(double(made.bytes) / 1e6, 4) + " MB\n" + "Split           " + std::to_string(made.train) + " train, " + std::to_string(made.validation) + " val, " +
                      std::to_string(made.test) + " test\nNobody of them is a person.\n");
    return Ok;
}

} // namespace

void addSimulateCommand(CLI::App& app, Session& session)
{
    CLI::App* command = app.add_subcommand("simulate", "Virtual patients: ECGs, echo studies and reports from the same hearts, with the truth as tables");
    const auto arguments = std::make_shared<Arguments>();
    command->add_option("--patients", arguments->plan.patients, "How many")->required()->check(CLI::Range(1, simulation::mostPatients));
    command->add_option("--seed", arguments->plan.seed, "The same seed gives the same bytes (default 1)")->check(CLI::Range(std::int64_t(0), std::int64_t(1) << 53));
    command->add_option("--out", arguments->out, "A new or empty folder")->required();
    command->add_option("--frames", arguments->plan.size.frames, "Frames of a clip, over a little more than one beat (default 32)")->check(CLI::Range(8, 256));
    command->add_option("--width", arguments->plan.size.columns, "Of a frame in pixels (default 320); the height is three quarters of it")->check(CLI::Range(160, 1600));
    command->add_flag("--ecg-only", arguments->plan.ecgOnly, "ECGs without echo studies, as train-ecg takes them: the same ones in a fiftieth of the time");
    command->callback([&session, arguments] {
        session.action = [&session, arguments] {
            arguments->plan.size.rows = arguments->plan.size.columns * 3 / 4;
            return simulate(session, *arguments);
        };
    });
}

} // namespace echo2ecg::cli
