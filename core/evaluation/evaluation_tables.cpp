// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/evaluation_report.h"

#include "base/number_text.h"
#include "evaluation/measure_names.h"
#include "evaluation/none.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::evaluation {

namespace {

std::string fixed(double value, int digits = 3)
{
    return std::isfinite(value) ? base::fixedText(value, digits) : "–";
}

std::string withInterval(const Interval& i)
{
    return std::isfinite(i.low) ? fixed(i.estimate) + " (" + fixed(i.low) + "–" + fixed(i.high) + ")" : fixed(i.estimate);
}

// What stands in a cell must not end it.
std::string plain(const std::string& text)
{
    std::string out;
    for (const char c : text) {
        if (c == '|')
            out += '\\';
        out += c == '\n' || c == '\r' ? ' ' : c;
    }
    return out;
}

std::string nameOf(const BundleResult& b)
{
    return plain(b.name.empty() ? b.id : b.name) + (b.untrained ? " (untrained)" : "");
}

// The first column is text, the others are numbers.
class Table
{
public:
    explicit Table(const std::vector<std::string>& head)
    {
        row(head);
        m_text += "|---";
        for (std::size_t c = 1; c < head.size(); ++c)
            m_text += "|---:";
        m_text += "|\n";
    }
    void row(const std::vector<std::string>& cells)
    {
        for (const std::string& c : cells)
            m_text += "| " + c + " ";
        m_text += "|\n";
        ++m_rows;
    }
    std::string take() { return m_rows > 1 ? std::move(m_text) : std::string(); }

private:
    std::string m_text;
    int m_rows = 0;
};

// In the order of namedMeasures().
std::vector<std::string> retrievalCells(const RetrievalMeasures& m)
{
    std::vector<std::string> cells;
    for (const double p : m.precision)
        cells.push_back(fixed(p));
    for (const double r : m.recall)
        cells.push_back(fixed(r));
    cells.insert(cells.end(), {fixed(m.meanAveragePrecision), fixed(m.meanRank, 2), fixed(m.medianRank, 1), fixed(m.alignment)});
    return cells;
}

std::vector<std::string> phenotypesOf(const Evaluation& evaluation)
{
    std::vector<std::string> out;
    const auto add = [&](const std::vector<RetrievalEntry>& entries) {
        for (const RetrievalEntry& e : entries)
            if (std::find(out.begin(), out.end(), e.phenotype) == out.end())
                out.push_back(e.phenotype);
    };
    for (const BundleResult& b : evaluation.bundles)
        add(b.retrieval);
    for (const AblationRow& a : evaluation.ablation)
        add(a.retrieval);
    return out;
}

const RetrievalEntry* entryOf(const std::vector<RetrievalEntry>& entries, const std::string& phenotype)
{
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const RetrievalEntry& e) { return e.phenotype == phenotype; });
    return found == entries.end() ? nullptr : &*found;
}

void section(std::string& out, const std::string& heading, const std::string& table)
{
    if (!table.empty())
        out += "## " + heading + "\n\n" + table + "\n";
}

} // namespace

std::string classificationTable(const Evaluation& evaluation)
{
    Table table({"bundle", "task", "n", measureTitle("auroc") + " (CI by sample)", "CI by patient", measureTitle("average_precision"), measureTitle("f1"), "precision", "recall", measureTitle("balanced_accuracy"),
                 measureTitle("ece")});
    for (const BundleResult& b : evaluation.bundles)
        for (const ProbeResult& p : b.probes)
            table.row({nameOf(b), plain(p.task), std::to_string(p.samples), p.bySample ? withInterval(p.bySample->auroc) : fixed(p.measures.auroc),
                       p.byPatient && std::isfinite(p.byPatient->auroc.low) ? fixed(p.byPatient->auroc.low) + "–" + fixed(p.byPatient->auroc.high) : "–", fixed(p.measures.averagePrecision),
                       fixed(p.measures.f1), fixed(p.measures.precision), fixed(p.measures.recall), fixed(p.measures.balancedAccuracy),
                       fixed(p.topReliability.expectedError)});
    return table.take();
}

std::string fractionTable(const Evaluation& evaluation)
{
    std::vector<double> fractions;
    for (const BundleResult& b : evaluation.bundles)
        for (const FractionResult& f : b.shd)
            if (std::find(fractions.begin(), fractions.end(), f.fraction) == fractions.end())
                fractions.push_back(f.fraction);
    std::sort(fractions.begin(), fractions.end());
    std::vector<std::string> head{"bundle"};
    for (const double f : fractions)
        head.push_back(base::shortest(std::round(1e6 * f) / 1e4) + " %");
    Table table(head);
    for (const BundleResult& b : evaluation.bundles) {
        if (b.shd.empty())
            continue;
        std::vector<std::string> cells{nameOf(b)};
        for (const double fraction : fractions) {
            const auto found = std::find_if(b.shd.begin(), b.shd.end(), [&](const FractionResult& f) { return f.fraction == fraction; });
            if (found == b.shd.end())
                cells.push_back("–");
            else
                cells.push_back(fixed(found->auroc.mean) + (found->aurocs.size() > 1 ? " ± " + fixed(found->auroc.sd) : ""));
        }
        table.row(cells);
    }
    return table.take();
}

std::string retrievalTable(const Evaluation& evaluation, bool ecgToEcho)
{
    std::vector<std::string> head{"phenotype", "bundle", "n"};
    for (const auto& [name, value] : namedMeasures({}))
        head.push_back(measureTitle(name));
    Table table(head);
    for (const std::string& phenotype : phenotypesOf(evaluation)) {
        bool first = true;
        for (const BundleResult& b : evaluation.bundles) {
            const RetrievalEntry* entry = entryOf(b.retrieval, phenotype);
            if (!entry)
                continue;
            const DirectionResult& d = ecgToEcho ? entry->result.ecgToEcho : entry->result.echoToEcg;
            const auto add = [&](const std::string& bundle, const RetrievalMeasures& m) {
                std::vector<std::string> cells{plain(phenotype), bundle, std::to_string(m.queries)};
                const auto numbers = retrievalCells(m);
                cells.insert(cells.end(), numbers.begin(), numbers.end());
                table.row(cells);
            };
            if (first) { // the same for all bundles but for the cosine, which is this one's
                RetrievalMeasures random = d.random;
                random.alignment = none;
                add("random order", random);
            }
            first = false;
            add(nameOf(b), d.measures);
        }
    }
    return table.take();
}

std::string ablationTable(const Evaluation& evaluation)
{
    const auto phenotypes = phenotypesOf(evaluation);
    std::vector<std::string> head{"study from views by"};
    for (const std::string& p : phenotypes)
        for (const char* measure : {"P@1", "mAP", "mean_rank"})
            head.push_back(plain(p) + " " + measureTitle(measure));
    Table table(head);
    for (const AblationRow& row : evaluation.ablation) {
        std::vector<std::string> cells{plain(row.name)};
        for (const std::string& p : phenotypes) {
            const RetrievalEntry* entry = entryOf(row.retrieval, p);
            const RetrievalMeasures* m = entry ? &entry->result.ecgToEcho.measures : nullptr;
            cells.push_back(m ? fixed(m->precision[0]) : "–");
            cells.push_back(m ? fixed(m->meanAveragePrecision) : "–");
            cells.push_back(m ? fixed(m->meanRank, 2) : "–");
        }
        table.row(cells);
    }
    return table.take();
}

std::string subgroupTable(const Evaluation& evaluation)
{
    Table table({"bundle", "task", "group", "measure", "n", "value (CI)"});
    const auto add = [&](const std::string& bundle, const std::string& task, const std::vector<SubgroupValue>& subgroups) {
        for (const SubgroupValue& s : subgroups)
            table.row({bundle, plain(task), plain(s.attribute + ": " + s.value), plain(measureTitle(s.measure)), std::to_string(s.samples), withInterval(s.interval)});
    };
    for (const BundleResult& b : evaluation.bundles) {
        for (const ProbeResult& p : b.probes)
            add(nameOf(b), p.task, p.subgroups);
        for (const RetrievalEntry& e : b.retrieval)
            add(nameOf(b), "retrieval " + e.phenotype, e.subgroups);
    }
    return table.take();
}

std::vector<std::vector<std::string>> tableCells(const std::string& markdown)
{
    std::vector<std::vector<std::string>> rows;
    std::size_t from = 0;
    while (from < markdown.size()) {
        const std::size_t end = std::min(markdown.find('\n', from), markdown.size());
        const std::string line = markdown.substr(from, end - from);
        from = end + 1;
        if (line.empty() || line.rfind("|---", 0) == 0)
            continue;
        std::vector<std::string> cells(1);
        for (std::size_t i = 1; i < line.size(); ++i) {
            if (line[i] == '|') {
                cells.emplace_back();
                continue;
            }
            if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|')
                ++i;
            cells.back() += line[i];
        }
        cells.pop_back(); // behind the last bar
        for (std::string& cell : cells) {
            const std::size_t first = cell.find_first_not_of(' ');
            cell = first == std::string::npos ? std::string() : cell.substr(first, cell.find_last_not_of(' ') - first + 1);
        }
        rows.push_back(std::move(cells));
    }
    return rows;
}

std::string toMarkdown(const Evaluation& e)
{
    std::string out = "# " + (e.title.empty() ? std::string("Evaluation") : e.title) + "\n\n";
    if (e.simulated)
        out += "**Simulated data: virtual patients, nobody's heart.**\n\n";
    if (!e.dataName.empty())
        out += "Data: " + e.dataName + ", " + std::to_string(e.ecgs) + " ECGs, " + std::to_string(e.studies) + " echo studies, " + std::to_string(e.patients) +
               " patients.\n";
    out += "Intervals: " + base::shortest(std::round(1e4 * e.options.bootstrap.level) / 100) + " %, " + std::to_string(e.options.bootstrap.resamples) +
           " resamples, seed " + std::to_string(e.options.bootstrap.seed) + ". kNN with k = " + std::to_string(e.options.knn.k) + ". Retrieval: within " +
           base::shortest(e.options.toleranceFactor) + " σ of the phenotype. –: not defined.\n\n";
    section(out, "Classification", classificationTable(e));
    section(out, "Structural heart disease: AUROC by share of the training set (mean ± sd)", fractionTable(e));
    section(out, "Retrieval, ECG to echo", retrievalTable(e, true));
    section(out, "Retrieval, echo to ECG", retrievalTable(e, false));
    section(out, "Ablation, ECG to echo", ablationTable(e));
    section(out, "Subgroups", subgroupTable(e));
    if (!e.warnings.empty()) {
        out += "## To be kept in mind\n\n";
        for (const base::Warning& w : e.warnings)
            out += "- " + w.sentence + "\n";
    }
    return out;
}

} // namespace echo2ecg::evaluation
