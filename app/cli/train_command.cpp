// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/number_text.h"
#include "casework/train.h"
#include "inference/bundles.h"
#include "session.h"
#include "views.h"

namespace echo2ecg::cli {

namespace {

struct Arguments
{
    casework::AlignmentRun alignment;
    casework::EchoRun echo;
    casework::EcgRun ecg;
    bool noAugmentation = false;
    double surrogate = -1, jitter = -1, rescale = -1, timeFlip = -1, signFlip = -1, cropLow = -1, cropHigh = -1;
};

// A run that ends as a person wants it goes on where it was; a record of it is what is printed.
void show(const Session& session, base::Json record, const std::filesystem::path& out)
{
    std::string text = "Trained         " + std::to_string(record.at("history").size()) + " epochs, " + std::to_string(record.at("steps").toInteger()) + " steps, " +
                       number(record.at("batches_per_second").toNumber(), 3) + " batches/s on " + record.at("device").toString() +
                       (record.at("resumed").toBool() ? ", gone on with from a checkpoint" : "") + "\nWeights         of epoch " +
                       std::to_string(record.at("epoch_taken").toInteger()) + "\n";
    const base::Json& history = record.at("history");
    if (history.size() > 0)
        for (const auto& [key, value] : history.items()[std::size_t(record.at("epoch_taken").toInteger() - 1)].members())
            if (value.isNumber() && key != "epoch" && key != "step")
                text += "  " + key + std::string(key.size() < 34 ? 34 - key.size() : 1, ' ') + number(value.toNumber(), 4) + "\n";
    text += "Bundle          " + (out / "bundle").string() + " (" + record.at("bundle").at("id").toString() + ")\n";
    record.set("folder", out.string());
    session.print(std::move(record), text, true);
}

training::AugmentOptions augmentation(const Arguments& a)
{
    training::AugmentOptions options = a.noAugmentation ? training::AugmentOptions::none() : training::AugmentOptions();
    const auto take = [](double& into, double from) {
        if (from >= 0)
            into = from;
    };
    take(options.surrogateProbability, a.surrogate);
    take(options.jitter, a.jitter);
    take(options.rescaleSigma, a.rescale);
    take(options.timeFlip, a.timeFlip);
    take(options.signFlip, a.signFlip);
    take(options.cropLow, a.cropLow);
    take(options.cropHigh, a.cropHigh);
    return options;
}

template <class Run, class Work> int perform(const Session& session, const Run& run, Work&& work)
{
    blame(BundleOrLibrary, [&] { inference::bundleInfo(run.bundle); });
    try {
        show(session, work(), run.out);
    } catch (const base::Error& error) {
        if (error.code() == base::ErrorCode::Inconsistent)
            throw Failure{Unsuitable, error}; // splits that leak
        if (error.code() == base::ErrorCode::Io && !error.place().file.empty() && error.place().file == run.out)
            throw Failure{OutputFailed, error};
        throw;
    }
    return Ok;
}

int train(const Session& session, const Arguments& a)
{
    casework::AlignmentRun run = a.alignment;
    run.training.augment = augmentation(a);
    blame(Usage, [&] { run.training.check(); });
    return perform(session, run, [&] { return casework::trainAlignment(run, session.device, session.job()); });
}

void checkRegression(training::RegressionTraining& training)
{
    if (training.targets.empty())
        training.targets = casework::usualTargets;
    blame(Usage, [&] { training.check(); });
}

int trainEcho(const Session& session, const Arguments& a)
{
    casework::EchoRun run = a.echo;
    checkRegression(run.training);
    return perform(session, run, [&] { return casework::trainEchoEncoder(run, session.device, session.job()); });
}

// What both kinds take.
template <class Run> void addCommon(CLI::App* command, Run& run)
{
    command->add_option("--data", run.data.table, "CSV of pairs, as `simulate` writes it: ECG, study, patient, split, dates")->required();
    command->add_option("--bundle", run.bundle, "Bundle that the training starts from; it isn't changed")->required();
    command->add_option("--out", run.out, "Folder of the run: checkpoints, curves, record, and the new bundle in OUT/bundle")->required();
    command->add_flag("--resume", run.resume, "Go on with the run in OUT, to the same result as without the break");
    command->add_option("--epochs", run.training.epochs, "Times that all training data are seen (default " + std::to_string(run.training.epochs) + ")")->check(CLI::Range(1, 100000));
    command->add_option("--batch", run.training.batch, "Pairs or clips of a batch (default " + std::to_string(run.training.batch) + ")")->check(CLI::Range(1, 65536));
    command->add_option("--warm-up", run.training.warmUpEpochs, "Epochs of linear warm-up (default " + base::shortest(run.training.warmUpEpochs) + ")")->check(CLI::NonNegativeNumber);
    command->add_option("--clip-gradient", run.training.largestGradient, "Longest gradient; 0: any (default " + base::shortest(run.training.largestGradient) + ")")
        ->check(CLI::NonNegativeNumber);
    command->add_option("--checkpoint-batches", run.training.checkpointBatches, "A checkpoint after so many batches as well as after each epoch")->check(CLI::Range(0, 1000000));
    command->add_flag("--keep-best", run.training.keepBest, "The weights of the epoch with the least validation loss, not of the last one");
    command->add_option("--seed", run.training.seed, "Of order, augmentation and new weights (default 0)")->check(CLI::Range(std::int64_t(0), std::int64_t(1) << 53));
    command->add_option("--most-days", run.data.pairs.mostDays, "Days between ECG and echo (default 7)")->check(CLI::NonNegativeNumber);
    command->add_option("--val-share", run.data.pairs.valShare, "Share of the patients that validate, where the table has no splits (default 0.1)")->check(CLI::Range(0.0, 0.9));
    command->add_option("--test-share", run.data.pairs.testShare, "Share of the patients that are kept away, where the table has no splits (default 0.1)")->check(CLI::Range(0.0, 0.9));
    command->add_option("--split-seed", run.data.pairs.seed, "Of that choice (default 0)")->check(CLI::Range(std::int64_t(0), std::int64_t(1) << 53));
    command->add_option("--name", run.training.name, "Of the new bundle");
    command->add_option("--licence", run.training.licence, "Of the new weights; default: the start's");
    command->add_flag("--simulated", run.training.simulated, "The data are of simulated patients, and whatever the bundle says will say so");
}

int trainEcg(const Session& session, const Arguments& a)
{
    casework::EcgRun run = a.ecg;
    run.training.augment = augmentation(a);
    checkRegression(run.training);
    blame(Usage, [&] { run.training.augment.check(); });
    return perform(session, run, [&] { return casework::trainEcgEncoder(run, session.device, session.job()); });
}

void addAugmentation(CLI::App* command, const std::shared_ptr<Arguments>& a)
{
    command->add_flag("--no-augmentation", a->noAugmentation, "ECGs as they are, always the window that inference takes");
    command->add_option("--surrogate", a->surrogate, "Probability of the Fourier surrogate (default 0.5)")->check(CLI::Range(0.0, 1.0));
    command->add_option("--jitter", a->jitter, "Share of noise (default 0.6)")->check(CLI::NonNegativeNumber);
    command->add_option("--rescale", a->rescale, "Spread of the random gain (default 0.5)")->check(CLI::NonNegativeNumber);
    command->add_option("--time-flip", a->timeFlip, "Probability (default 0.33)")->check(CLI::Range(0.0, 1.0));
    command->add_option("--sign-flip", a->signFlip, "Probability (default 0.33)")->check(CLI::Range(0.0, 1.0));
    command->add_option("--crop-low", a->cropLow, "Shortest window, in windows of the encoder (default 1)")->check(CLI::PositiveNumber);
    command->add_option("--crop-high", a->cropHigh, "Longest window (default 1)")->check(CLI::PositiveNumber);
}

void addRegression(CLI::App* command, training::RegressionTraining& options)
{
    command->add_option("--rate", options.rate, "Learning rate (default 1e-3)")->check(CLI::PositiveNumber);
    command->add_option("--weight-decay", options.weightDecay, "Of AdamW (default 0.05)")->check(CLI::NonNegativeNumber);
    command->add_option("--target", options.targets, "Column that is learned, several times; default " + CLI::detail::join(casework::usualTargets, ", "))->take_all();
}

} // namespace

void addTrainCommands(CLI::App& app, Session& session)
{
    const auto a = std::make_shared<Arguments>();
    CLI::App* train = app.add_subcommand("train", "Align ECG and echo contrastively, as the paper does, on pairs of your own");
    addCommon(train, a->alignment);
    training::AlignmentTraining& t = a->alignment.training;
    const std::map<std::string, training::Pooling> poolings{{"keep", training::Pooling::Keep}, {"attention", training::Pooling::Attention}, {"mean", training::Pooling::Mean},
                                                            {"cls", training::Pooling::Cls}, {"single", training::Pooling::Single}};
    train->add_option("--embeddings", a->alignment.data.embeddings, "Matrix of the clips' embeddings that the table's rows name, .npy");
    train->add_option("--keep-embeddings", a->alignment.kept, "Folder of embedded studies, which runs from the same start may share (default OUT/embeddings)");
    train->add_option("--accumulate", t.accumulate, "Batches whose mean gradient is one step (default 1)")->check(CLI::Range(1, 10000));
    train->add_option("--rate", t.rates.base, "Learning rate (default 5e-4)")->check(CLI::PositiveNumber);
    train->add_option("--ecg-decay", t.rates.ecgDecay, "Of the rate from one ECG block to the one below it (default 0.75)")->check(CLI::Range(0.0, 1.0));
    train->add_option("--aggregator-rate", t.rates.aggregators, "Rate of token and view pooling; 0: as --rate")->check(CLI::NonNegativeNumber);
    train->add_option("--projection-rate", t.rates.projections, "Rate of both alignment layers; 0: as --rate")->check(CLI::NonNegativeNumber);
    train->add_option("--weight-decay", t.rates.weightDecay, "Of AdamW (default 1e-7)")->check(CLI::NonNegativeNumber);
    train->add_option("--temperature", t.temperature, "Of the contrastive loss (default 0.5)")->check(CLI::PositiveNumber);
    train->add_flag("--learn-temperature", t.learnTemperature, "Begin with that temperature and learn it");
    train->add_option("--lambda", t.lambda, "Weight of the direction from ECG to echo (default 0.5)")->check(CLI::Range(0.0, 1.0));
    train->add_option("--pooling", t.pooling, "keep, attention, mean, cls, single: how a study's views become one vector (default keep)")->transform(CLI::CheckedTransformer(poolings));
    train->add_option("--view-dropout", t.viewDropout, "Probability that a view isn't seen (default 0)")->check(CLI::Range(0.0, 0.99));
    addAugmentation(train, a);
    train->callback([&session, a] { session.action = [&session, a] { return cli::train(session, *a); }; });

    CLI::App* echo = app.add_subcommand("train-echo", "Train an echo encoder by regressing phenotypes from single clips");
    addCommon(echo, a->echo);
    training::EchoTraining& e = a->echo.training;
    addRegression(echo, e);
    echo->add_option("--shift", e.mostShift, "Augmentation: most shift in parts of the picture (default 0.06)")->check(CLI::Range(0.0, 0.49));
    echo->add_option("--gain", e.gain, "Augmentation: most change of brightness and contrast (default 0.15)")->check(CLI::Range(0.0, 0.99));
    echo->callback([&session, a] { session.action = [&session, a] { return trainEcho(session, *a); }; });

    CLI::App* ecg = app.add_subcommand("train-ecg", "Train an ECG encoder by regressing phenotypes: what `train` can begin with");
    addCommon(ecg, a->ecg);
    addRegression(ecg, a->ecg.training);
    addAugmentation(ecg, a);
    ecg->callback([&session, a] { session.action = [&session, a] { return trainEcg(session, *a); }; });
}

} // namespace echo2ecg::cli
