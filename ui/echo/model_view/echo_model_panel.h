// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/model_views.h"
#include "ui/echo/model_view/clip_preview.h"

#include <QFrame>
#include <QThreadPool>

class QLabel;
class QListView;
class QScrollArea;
class QSplitter;

namespace echo2ecg::ui {

class ClipListModel;
class ClipStepsView;

// What the model sees of an echo study: which clips are its views, which are left out and why, with a switch for each; the weight of each view; and of
// the chosen clip the sampled frames, the mask, the crop and the tensor. Prepares pictures itself, off the GUI thread, when it is looked at; what
// is still under way for another clip is cancelled and dropped. Whoever holds it reads the study (casework::modelViews, in a job), keeps what a
// person switched (library::Library::setClipUse) and tells it again. GUI thread only. Give it at least 420 pixels of width.
class EchoModelPanel : public QFrame
{
    Q_OBJECT
public:
    explicit EchoModelPanel(QWidget* parent = nullptr);
    ~EchoModelPanel() override;

    // Without views or a recipe (of the bundle in use) the panel says what is needed. bundleLabel: whose recipe it is. The chosen clip stays chosen
    // when it is there, and its pictures stay when neither it nor the recipe changed.
    void setStudy(std::vector<casework::ModelView> views, std::optional<echo::EchoRecipe> recipe, const QString& bundleLabel);
    void choose(qint64 clip);
    qint64 chosen() const { return m_chosen; } // 0: none

    bool isPreparing() const { return m_preparing; }
    std::shared_ptr<const ClipPreview> preview() const { return m_preview; }
    QSize sizeHint() const override { return {560, 760}; }

signals:
    void clipChosen(qint64 clip);
    void useChanged(qint64 clip, std::optional<bool> use); // a person's wish; empty: as the rules say
    void prepared();                                       // the pictures are there, or why there are none

protected:
    void showEvent(QShowEvent* event) override;

private:
    void showState();
    void chooseRow(int row);
    void prepareSoon();
    void prepare();
    void finish(int ticket, std::shared_ptr<const ClipPreview> preview);
    void showPreview();

    ClipListModel* m_model;
    QListView* m_list;
    QWidget *m_emptyPage, *m_content;
    QLabel *m_empty, *m_summary, *m_recipeWords, *m_bundle, *m_source, *m_notice;
    ClipStepsView* m_steps;
    QScrollArea* m_scroll;

    std::optional<echo::EchoRecipe> m_recipe;
    std::shared_ptr<const ClipPreview> m_preview;
    qint64 m_chosen = 0;
    std::string m_shownHash; // of the clip whose pictures are shown or prepared
    bool m_stale = false, m_preparing = false;
    int m_ticket = 0;
    base::CancelToken m_cancel;
    QThreadPool m_pool;
};

} // namespace echo2ecg::ui
