// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/texture_scene.h"

#include "ui/echo/cell_view.h"

#include <vtkActor.h>
#include <vtkCamera.h>
#include <vtkCellArray.h>
#include <vtkCommand.h>
#include <vtkFloatArray.h>
#include <vtkGenericOpenGLRenderWindow.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkOpenGLState.h>
#include <vtkPointData.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkRenderer.h>
#include <vtkShaderProperty.h>
#include <vtkTexture.h>
#include <vtkUniforms.h>
#include <vtkUnsignedCharArray.h>
#include <vtk_glew.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace echo2ecg::ui {

namespace {

// After the texture has given the fragment its colour. Without a window nothing is computed: the bytes stay what they are.
constexpr char kWindowing[] = R"(//VTK::TCoord::Impl
  if (windowed != 0)
  {
    vec3 c = clamp((gl_FragData[0].rgb - vec3(windowLevel)) / windowWidth + vec3(0.5), 0.0, 1.0);
    c = pow(c, vec3(inverseGamma));
    gl_FragData[0].rgb = inverted != 0 ? vec3(1.0) - c : c;
  }
)";

constexpr std::pair<int, int> kCorners[] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};

struct Picture
{
    vtkNew<vtkRenderer> renderer;
    vtkNew<vtkPoints> corners;
    vtkNew<vtkPolyData> quad;
    vtkNew<vtkPolyDataMapper> mapper;
    vtkNew<vtkActor> actor;
    vtkNew<vtkTexture> texture;
    vtkNew<vtkImageData> image;
    std::shared_ptr<const base::RgbImage> pixels;
    QRect area;
    QTransform picture;
    bool dirty = true;

    Picture()
    {
        vtkNew<vtkFloatArray> at;
        at->SetNumberOfComponents(2);
        for (const auto& [x, y] : kCorners) {
            corners->InsertNextPoint(x, y, 0);
            at->InsertNextTuple2(x, y); // texture (0, 0) is the first pixel of the first row
        }
        vtkNew<vtkCellArray> cells;
        const vtkIdType ids[] = {0, 1, 2, 3};
        cells->InsertNextCell(4, ids);
        quad->SetPoints(corners);
        quad->SetPolys(cells);
        quad->GetPointData()->SetTCoords(at);
        mapper->SetInputData(quad);
        actor->GetShaderProperty()->AddFragmentShaderReplacement("//VTK::TCoord::Impl", true, kWindowing, false);
        setColours({});
        actor->SetMapper(mapper);
        actor->SetTexture(texture);
        actor->GetProperty()->LightingOff(); // the picture's own colours, nothing else
        actor->VisibilityOff();
        texture->SetInputData(image);
        texture->InterpolateOn();
        texture->RepeatOff();
        texture->EdgeClampOn();
        texture->SetColorModeToDirectScalars();
        renderer->SetBackgroundAlpha(1.0); // the widget is composed with its alpha; the picture is opaque
        renderer->AddActor(actor);
        renderer->SetLightFollowCamera(false);
        renderer->AutomaticLightCreationOff();
        renderer->GetActiveCamera()->ParallelProjectionOn();
    }

    void arrange(const QSize& surface)
    {
        dirty = true;
        if (area.isEmpty())
            return;
        const double w = std::max(1, surface.width()), h = std::max(1, surface.height());
        renderer->SetViewport(area.left() / w, 1.0 - (area.top() + area.height()) / h, (area.left() + area.width()) / w,
                              1.0 - area.top() / h);
        // World units are device pixels of the cell, y up.
        for (vtkIdType i = 0; i < 4; ++i) {
            const QPointF at = picture.map(QPointF(kCorners[i].first, kCorners[i].second));
            corners->SetPoint(i, at.x() - area.left(), area.height() - (at.y() - area.top()), 0);
        }
        corners->Modified();
        quad->Modified();
        vtkCamera* camera = renderer->GetActiveCamera();
        camera->SetFocalPoint(area.width() / 2.0, area.height() / 2.0, 0);
        camera->SetPosition(area.width() / 2.0, area.height() / 2.0, 1);
        camera->SetViewUp(0, 1, 0);
        camera->SetParallelScale(std::max(1, area.height()) / 2.0);
        camera->SetClippingRange(0.5, 1.5);
    }

    void setColours(const CellView& view)
    {
        vtkUniforms* uniforms = actor->GetShaderProperty()->GetFragmentCustomUniforms();
        uniforms->SetUniformi("windowed", view.changesColour());
        uniforms->SetUniformf("windowLevel", float(view.level));
        uniforms->SetUniformf("windowWidth", float(view.window));
        uniforms->SetUniformf("inverseGamma", float(1 / view.gamma));
        uniforms->SetUniformi("inverted", view.inverted);
        dirty = true;
    }

    void show(std::shared_ptr<const base::RgbImage> next)
    {
        if (next && !next->isEmpty()) {
            // VTK reads through the pointer and doesn't write; the shared pointer keeps the pixels.
            vtkNew<vtkUnsignedCharArray> scalars;
            scalars->SetNumberOfComponents(3);
            scalars->SetArray(const_cast<unsigned char*>(next->pixels.data()), vtkIdType(next->pixels.size()), 1);
            image->SetDimensions(next->columns, next->rows, 1);
            image->GetPointData()->SetScalars(scalars);
            image->Modified();
            actor->VisibilityOn();
        } else {
            actor->VisibilityOff();
        }
        pixels = std::move(next);
        dirty = true;
    }
};

} // namespace

struct TextureScene::Impl
{
    std::function<void()> makeCurrent;
    std::function<bool()> isCurrent;
    vtkNew<vtkGenericOpenGLRenderWindow> window;
    vtkNew<vtkRenderer> backdrop; // places without a cell
    // One black pixel in a corner, there from the start: its shaders are those of every cell, compiled before the first
    // clip comes.
    Picture warm;
    std::vector<std::unique_ptr<Picture>> cells;
    QColor background = Qt::black;
    QSize size;
    bool ready = false;

    void onMakeCurrent(vtkObject*, unsigned long, void*) { makeCurrent(); }
    void onIsCurrent(vtkObject*, unsigned long, void* answer) { *static_cast<bool*>(answer) = isCurrent(); }
};

TextureScene::TextureScene(std::function<void()> makeCurrent, std::function<bool()> isCurrent)
    : m_impl(std::make_unique<Impl>())
{
    m_impl->makeCurrent = std::move(makeCurrent);
    m_impl->isCurrent = std::move(isCurrent);
    vtkGenericOpenGLRenderWindow* window = m_impl->window;
    window->SetMultiSamples(0);
    window->SetFrameBlitModeToNoBlit();
    m_impl->backdrop->SetBackgroundAlpha(1.0);
    window->AddRenderer(m_impl->backdrop);
    window->AddRenderer(m_impl->warm.renderer);
    m_impl->warm.area = QRect(0, 0, 1, 1);
    m_impl->warm.show(std::make_shared<base::RgbImage>(1, 1));
    window->AddObserver(vtkCommand::WindowMakeCurrentEvent, m_impl.get(), &Impl::onMakeCurrent);
    window->AddObserver(vtkCommand::WindowIsCurrentEvent, m_impl.get(), &Impl::onIsCurrent);
}

TextureScene::~TextureScene()
{
    setCellCount(0);
}

void TextureScene::initialise()
{
    vtkGenericOpenGLRenderWindow* window = m_impl->window;
    window->SetReadyForRendering(true);
    window->SetOwnContext(0);
    window->OpenGLInitContext();
    m_impl->ready = true;
    m_impl->size = {};
}

void TextureScene::release()
{
    if (!m_impl->ready)
        return;
    m_impl->window->Finalize();
    m_impl->window->SetReadyForRendering(false);
    m_impl->ready = false;
}

void TextureScene::setBackground(const QColor& colour)
{
    m_impl->background = colour;
    m_impl->backdrop->SetBackground(colour.redF(), colour.greenF(), colour.blueF());
    for (const auto& cell : m_impl->cells)
        cell->renderer->SetBackground(colour.redF(), colour.greenF(), colour.blueF());
    m_impl->size = {};
}

void TextureScene::setCellCount(int cells)
{
    auto& all = m_impl->cells;
    while (int(all.size()) > cells) {
        m_impl->window->RemoveRenderer(all.back()->renderer);
        all.pop_back();
    }
    while (int(all.size()) < cells) {
        all.push_back(std::make_unique<Picture>());
        m_impl->window->AddRenderer(all.back()->renderer);
    }
    setBackground(m_impl->background);
}

void TextureScene::place(int cell, const QRect& room, const QTransform& picture)
{
    Picture& p = *m_impl->cells.at(std::size_t(cell));
    if (p.area != room)
        m_impl->size = {}; // all arranged anew before the next drawing
    p.area = room;
    p.picture = picture;
    if (!m_impl->size.isEmpty())
        p.arrange(m_impl->size);
}

void TextureScene::setColours(int cell, const CellView& view)
{
    m_impl->cells.at(std::size_t(cell))->setColours(view);
}

void TextureScene::setImage(int cell, std::shared_ptr<const base::RgbImage> image)
{
    m_impl->cells.at(std::size_t(cell))->show(std::move(image));
}

void TextureScene::render(const QSize& size, unsigned framebuffer)
{
    vtkGenericOpenGLRenderWindow* window = m_impl->window;
    if (!m_impl->ready)
        return;
    const bool all = size != m_impl->size;
    if (all) {
        m_impl->size = size;
        window->SetSize(size.width(), size.height());
        for (const auto& cell : m_impl->cells)
            cell->arrange(size);
        m_impl->warm.arrange(size);
    }
    // VTK's framebuffer keeps what was drawn: only cells with another picture are drawn again.
    m_impl->backdrop->SetDraw(all);
    m_impl->warm.renderer->SetDraw(all);
    for (const auto& cell : m_impl->cells)
        cell->renderer->SetDraw(!cell->area.isEmpty() && std::exchange(cell->dirty, false));
    vtkOpenGLState* state = window->GetState();
    state->Reset();
    state->Push();
    state->vtkglDepthFunc(GL_LEQUAL);
    window->Render();
    state->vtkglBindFramebuffer(GL_DRAW_FRAMEBUFFER, framebuffer);
    window->BlitDisplayFramebuffer();
    state->Pop();
}

} // namespace echo2ecg::ui
