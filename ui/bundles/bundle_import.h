// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "ecg/recipe.h"
#include "echo/recipe.h"
#include "ui/jobs/one_job.h"

#include <QTimer>

#include <filesystem>
#include <optional>

namespace echo2ecg::ui {

// One file of weights, as the person added it and as the inspection found it.
struct WeightsFile
{
    enum class State { NotLookedAt, Used, Refused };
    QString path;
    QString role; // of rolesOfWeights(); empty: all that it holds
    State state = State::NotLookedAt;
    base::Json facts; // of Used: "format", "content", "parts", "tensors", "ignored", "unknown", "notes"
    QString reason;   // of Refused
};

// Everything that an import is made of, from files to finished bundle, and the jobs that read and write. The pages show
// it and change it. GUI thread only; reads and writes happen in jobs, and a result that is no longer asked for is
// dropped.
class BundleImport : public QObject
{
    Q_OBJECT
public:
    enum class Stage { Collecting, Importing, Imported, Failed, Cancelled };

    // `bundlesFolder`: where new bundles are put when the person doesn't say.
    BundleImport(JobRunner& jobs, const QString& bundlesFolder, QObject* parent = nullptr);

    // Files. Every change has all files looked at again, together.
    void addFiles(const QStringList& paths); // those that are there already are left as they are
    void removeFile(const QString& path);
    void setRole(const QString& path, const QString& role);
    const std::vector<WeightsFile>& files() const { return m_files; }
    int refusedCount() const;
    void inspect();
    OneJob& inspection() { return m_inspection; }
    const OneJob& inspection() const { return m_inspection; }
    // What the files make together; null while unknown or when they make nothing. See inference::importBundle().
    const base::Json& report() const { return m_report; }
    QString problem() const { return m_problem; } // why they don't fit together
    bool isComplete() const;

    // Recipes. Sizes that the weights decide follow them: frames, frame size, and the rest until it is chosen.
    const ecg::EcgRecipe& ecgRecipe() const { return m_ecg; }
    const echo::EchoRecipe& echoRecipe() const { return m_echo; }
    void setEcgRecipe(const ecg::EcgRecipe& recipe);
    void setEchoRecipe(const echo::EchoRecipe& recipe);
    void resetRecipes();                   // to the reference's, with the weights' sizes
    void loadRecipes(const QString& file); // {"ecg": …, "echo": …}, or a bundle.json
    QString recipeMessage() const { return m_recipeMessage; }
    bool recipeFailed() const { return m_recipeFailed; }
    QString recipeProblem() const; // empty: the recipes fit the weights

    // Name, licence, place.
    QString name, licence, folder;
    bool trained = true;
    QString suggestedFolder() const; // follows the name
    QString whyNotImport() const;    // empty: everything is there

    void startImport();
    OneJob& importing() { return m_import; }
    Stage stage() const { return m_stage; }
    QString failure() const { return m_failure; }
    // {"ok","checks":[…],"device"}: the golden tensors, recomputed from the written files.
    const base::Json& verification() const { return m_verification; }
    QString bundleId() const { return m_bundleId; }
    void startOver();

signals:
    void filesChanged();
    void recipesChanged();
    void importChanged();

private:
    struct Looked;
    void takeInspection(Looked& looked);
    void followWeights();
    base::Json recipes() const;

    QString m_bundlesFolder;
    std::vector<WeightsFile> m_files;
    base::Json m_report, m_verification;
    QString m_problem, m_recipeMessage, m_failure, m_bundleId;
    bool m_recipeFailed = false;
    ecg::EcgRecipe m_ecg;
    echo::EchoRecipe m_echo;
    bool m_windowChosen = false, m_viewsChosen = false, m_echoLoaded = false;
    Stage m_stage = Stage::Collecting;
    QTimer m_soon; // several changes, one inspection
    OneJob m_inspection, m_loading, m_import;
};

} // namespace echo2ecg::ui
