// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bundles/bundle_import.h"
#include "ui/bundles/ecg_recipe_form.h"
#include "ui/bundles/echo_recipe_form.h"
#include "ui/bundles/preview_work.h"
#include "ui/ecg/ecg_steps_view.h"
#include "ui/echo/model_view/clip_steps_view.h"

class QComboBox;
class QLabel;
class QPushButton;
class QScrollArea;
class QTabBar;
class QStackedWidget;

namespace echo2ecg::ui {

// Step 2: both recipes, and beside them what they do to an ECG and a clip. The preview is made in jobs, soon after the
// last change. GUI thread only.
class RecipePage : public QWidget
{
    Q_OBJECT
public:
    RecipePage(BundleImport& import, JobRunner& jobs, QWidget* parent = nullptr);

    // What is open in the case; a file that the person chose stays.
    void setCase(std::shared_ptr<const ecg::EcgRecord> record, std::optional<echo::EchoClip> clip);
    void useEcgFile(const QString& file);
    void useClipFile(const QString& file);
    void showEcho(bool echo);
    OneJob& ecgJob() { return m_ecgJob; }
    OneJob& clipJob() { return m_clipJob; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Side // of the preview: ECG or echo
    {
        QLabel *source, *notice;
        QPushButton* choose;
        QStackedWidget* stack; // the steps, or why there are none
        QLabel* empty;
    };
    QWidget* buildForms();
    QWidget* buildPreview();
    QWidget* buildSide(Side& side, QWidget* steps, const QString& choose, const char* name);
    void showRecipes();
    void renew(); // both previews, soon
    void renewEcg();
    void renewClip();
    void showEcgResult();
    void showClipResult();

    BundleImport& m_import;
    PreviewSource m_source;
    EcgRecipeForm* m_ecgForm;
    EchoRecipeForm* m_echoForm;
    EcgStepsView* m_ecgSteps;
    ClipStepsView* m_clipSteps;
    QComboBox* m_lead;
    QLabel *m_message, *m_problem, *m_legend = nullptr;
    QTabBar* m_tabs;
    QStackedWidget *m_forms, *m_previews;
    Side m_ecgSide, m_clipSide;
    std::shared_ptr<const EcgPreview> m_ecgPreview;
    std::shared_ptr<const ClipPreview> m_clipPreview;
    bool m_stale = true;
    QTimer m_soon;
    OneJob m_ecgJob, m_clipJob;
};

} // namespace echo2ecg::ui
