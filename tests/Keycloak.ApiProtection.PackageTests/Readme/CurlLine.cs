using System.Text.RegularExpressions;

namespace Keycloak.ApiProtection.PackageTests.Readme;

/// <summary>One call of curl, as far as README uses curl: <c>-s -i -X -H -d</c>.</summary>
/// <param name="Method">GET, POST where data are sent, or what <c>-X</c> says.</param>
/// <param name="Url">Where it goes.</param>
/// <param name="Headers">What <c>-H</c> says.</param>
/// <param name="Form">What <c>-d</c> says.</param>
/// <param name="ExpectedStatus">The number that the comment behind the call begins with; null where there is none.</param>
internal sealed partial record CurlLine(
    HttpMethod Method, Uri Url, IReadOnlyList<string> Headers, IReadOnlyList<KeyValuePair<string, string>> Form, int? ExpectedStatus)
{
    /// <summary>Reads the calls of a shell block, with its continued lines.</summary>
    public static IReadOnlyList<CurlLine> ReadAll(string block) =>
    [
        .. block.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
            .Select(line => Call().Match(line)).Where(match => match.Success)
            .Select(match => Read(match.Groups["arguments"].Value, match.Groups["status"].Value)),
    ];

    private static CurlLine Read(string arguments, string status)
    {
        HttpMethod? method = null;
        Uri? url = null;
        List<string> headers = [];
        List<KeyValuePair<string, string>> form = [];
        var words = new Queue<string>(Word().Matches(arguments).Select(match => match.Value.Trim('"')));
        while (words.TryDequeue(out var word))
        {
            switch (word)
            {
                case "-s" or "-i":
                    break;
                case "-X":
                    method = HttpMethod.Parse(words.Dequeue());
                    break;
                case "-H":
                    headers.Add(words.Dequeue());
                    break;
                case "-d":
                    var pair = words.Dequeue().Split('=', 2);
                    form.Add(new(pair[0], pair[1]));
                    break;
                default:
                    url = new Uri(word);
                    break;
            }
        }

        method ??= form.Count > 0 ? HttpMethod.Post : HttpMethod.Get;
        return new CurlLine(method, url!, headers, form, status.Length > 0 ? int.Parse(status, null) : null);
    }

    [GeneratedRegex(@"\bcurl (?<arguments>[^|#]*)[^#]*(#\s*(?<status>\d{3}))?")]
    private static partial Regex Call();

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();
}
