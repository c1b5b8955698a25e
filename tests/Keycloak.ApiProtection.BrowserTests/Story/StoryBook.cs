using System.Collections.Concurrent;
using System.Text;

namespace Keycloak.ApiProtection.BrowserTests.Story;

/// <summary>
/// A table of the actions and the responses on each way. It is written to <c>TestResults/story</c>, with the screenshots.
/// </summary>
public sealed class StoryBook
{
    private readonly ConcurrentQueue<string> _rows = new();

    public StoryBook()
    {
        Folder = Path.Combine(ProjectFolder(), "TestResults", "story");
        Directory.CreateDirectory(Folder);
    }

    public string Folder { get; }

    public void Tell(string act, IReadOnlyDictionary<string, WayAnswer> answers) =>
        _rows.Enqueue($"| {act} | {string.Join(" | ", Way.All.Select(way => answers[way]))} |");

    public void Tell(string act, IReadOnlyDictionary<string, int> statuses) =>
        Tell(act, statuses.ToDictionary(status => status.Key, status => new WayAnswer(status.Value)));

    public async Task WriteAsync()
    {
        if (_rows.IsEmpty)
        {
            return;
        }

        var text = new StringBuilder()
            .AppendLine("| Action | introspected | checked | direct |")
            .AppendLine("|---|---|---|---|")
            .AppendJoin(Environment.NewLine, _rows)
            .AppendLine();
        await File.WriteAllTextAsync(Path.Combine(Folder, "story.md"), text.ToString());
    }

    private static string ProjectFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (folder.EnumerateFiles("*.csproj").Any())
            {
                return folder.FullName;
            }
        }

        return AppContext.BaseDirectory;
    }
}
