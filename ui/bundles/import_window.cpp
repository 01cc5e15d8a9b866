// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bundles/import_window.h"

#include "ui/bundles/bundle_words.h"
#include "ui/bundles/files_page.h"
#include "ui/bundles/licence_page.h"
#include "ui/bundles/recipe_page.h"

#include <QButtonGroup>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMimeData>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <array>

namespace echo2ecg::ui {

struct BundleImportWindow::Impl
{
    BundleImportWindow* window;
    BundleImport import;
    RecipePage* recipes;
    LicencePage* licence;
    QStackedWidget* pages = new QStackedWidget;
    QButtonGroup* steps = new QButtonGroup;
    QLabel* status = new QLabel;
    QPushButton* cancel = new QPushButton(BundleImportWindow::tr("Cancel"));
    QPushButton* back = new QPushButton(BundleImportWindow::tr("Back"));
    QPushButton* next = new QPushButton;

    Impl(BundleImportWindow* owner, JobRunner& jobs, const QString& bundlesFolder)
        : window(owner), import(jobs, bundlesFolder), recipes(new RecipePage(import, jobs)),
          licence(new LicencePage(import))
    {
    }

    std::array<OneJob*, 4> jobs()
    {
        return {&import.importing(), &import.inspection(), &recipes->ecgJob(), &recipes->clipJob()};
    }
    OneJob* running()
    {
        for (OneJob* job : jobs())
            if (job->isRunning())
                return job;
        return nullptr;
    }

    QWidget* buildSteps()
    {
        auto* strip = new QWidget;
        auto* across = new QHBoxLayout(strip);
        across->setContentsMargins(0, 0, 0, 0);
        const QString names[] = {tr("1  Files"), tr("2  Preprocessing"), tr("3  Licence and import")};
        for (int step = 0; step < 3; ++step) {
            auto* button = new QToolButton;
            button->setText(names[step]);
            button->setCheckable(true);
            button->setProperty("role", "chip");
            button->setObjectName(QStringLiteral("step%1").arg(step + 1));
            button->setToolTip(tr("Go to this step"));
            steps->addButton(button, step);
            across->addWidget(button);
        }
        across->addStretch(1);
        return strip;
    }

    void refresh()
    {
        OneJob* job = running();
        const QString progress = job ? job->progress() : QString();
        const int step = pages->currentIndex();
        const auto stage = import.stage();
        const QString why = import.whyNotImport();
        const bool waits = step == 2 && (stage != BundleImport::Stage::Imported) && !why.isEmpty();
        status->setText(!progress.isEmpty() ? progress : waits && !job ? why : QString());
        status->setToolTip(status->text());
        cancel->setVisible(!progress.isEmpty());
        back->setEnabled(step > 0);
        const bool last = step == 2;
        next->setText(last ? tr("Import") : tr("Next"));
        next->setToolTip(last ? (why.isEmpty() ? tr("Write the bundle and check it") : why)
                              : tr("Go to the next step"));
        ui::setRole(next, "primary");
        next->setVisible(!(last && stage == BundleImport::Stage::Imported));
        next->setEnabled(last ? why.isEmpty() && stage != BundleImport::Stage::Importing : true);
    }
};

BundleImportWindow::BundleImportWindow(JobRunner& jobs, const QString& bundlesFolder, QWidget* parent)
    : QWidget(parent, Qt::Window), m_impl(std::make_unique<Impl>(this, jobs, bundlesFolder))
{
    Impl& d = *m_impl;
    setObjectName(QStringLiteral("bundleImport"));
    setWindowTitle(tr("Import weights"));
    setAcceptDrops(true);
    resize(1080, 760);
    d.steps->setParent(this);
    d.import.setParent(this); // found by name, in Impl's keeping
    d.import.setObjectName(QStringLiteral("import"));
    d.pages->addWidget(new FilesPage(d.import));
    d.pages->addWidget(d.recipes);
    d.pages->addWidget(d.licence);
    d.status->setObjectName(QStringLiteral("importStatus"));
    d.status->setProperty("role", "muted");
    d.status->setTextFormat(Qt::PlainText);
    d.status->setMinimumWidth(1); // a long reason gives way to the buttons
    d.cancel->setObjectName(QStringLiteral("cancelImport"));
    d.cancel->setToolTip(tr("Stops what runs after its current step"));
    d.back->setObjectName(QStringLiteral("backStep"));
    d.back->setToolTip(tr("Go to the step before"));
    d.next->setObjectName(QStringLiteral("nextStep"));
    d.next->setDefault(true);
    auto* bottom = new QHBoxLayout;
    bottom->addWidget(d.status, 1);
    for (QPushButton* button : {d.cancel, d.back, d.next})
        bottom->addWidget(button);
    auto* line = new QFrame;
    line->setProperty("role", "hairline");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 14, 20, 14);
    column->setSpacing(12);
    column->addWidget(d.buildSteps());
    column->addWidget(d.pages, 1);
    column->addWidget(line);
    column->addLayout(bottom);
    const auto refresh = [this] { m_impl->refresh(); };
    for (OneJob* job : d.jobs())
        connect(job, &OneJob::changed, this, refresh);
    connect(&d.import, &BundleImport::filesChanged, this, refresh);
    connect(&d.import, &BundleImport::recipesChanged, this, refresh);
    connect(&d.import, &BundleImport::importChanged, this, refresh);
    connect(d.steps, &QButtonGroup::idClicked, this, &BundleImportWindow::showStep);
    connect(d.back, &QPushButton::clicked, this, [this] { showStep(step() - 1); });
    connect(d.next, &QPushButton::clicked, this, [this] {
        if (step() < 2)
            showStep(step() + 1);
        else
            m_impl->import.startImport();
    });
    connect(d.cancel, &QPushButton::clicked, this, [this] {
        if (OneJob* job = m_impl->running())
            job->cancel();
    });
    connect(d.licence, &LicencePage::useRequested, this, &BundleImportWindow::bundleChosen);
    showStep(0);
}

BundleImportWindow::~BundleImportWindow()
{
    // The pages look at what Impl holds.
    delete m_impl->pages;
}

void BundleImportWindow::addFiles(const QStringList& files)
{
    using Stage = BundleImport::Stage;
    if (m_impl->import.stage() == Stage::Imported)
        m_impl->licence->findChild<QPushButton*>(QStringLiteral("startOver"))->click();
    m_impl->import.addFiles(files);
    showStep(0);
}

void BundleImportWindow::showStep(int step)
{
    m_impl->pages->setCurrentIndex(std::clamp(step, 0, 2));
    m_impl->steps->button(m_impl->pages->currentIndex())->setChecked(true);
    m_impl->refresh();
}

int BundleImportWindow::step() const
{
    return m_impl->pages->currentIndex();
}

void BundleImportWindow::setCase(std::shared_ptr<const ecg::EcgRecord> record, std::optional<echo::EchoClip> clip)
{
    m_impl->recipes->setCase(std::move(record), std::move(clip));
}

bool BundleImportWindow::looksLikeWeights(const QString& file)
{
    static const QStringList endings{QStringLiteral("ckpt"), QStringLiteral("pth"), QStringLiteral("pt"),
                                     QStringLiteral("safetensors")};
    return endings.contains(QFileInfo(file).suffix().toLower());
}

void BundleImportWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void BundleImportWindow::dropEvent(QDropEvent* event)
{
    QStringList files;
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile())
            files << url.toLocalFile();
    event->acceptProposedAction();
    addFiles(files);
}

void BundleImportWindow::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        close(); // hides: nothing that was entered is lost
    else
        QWidget::keyPressEvent(event);
}

} // namespace echo2ecg::ui
