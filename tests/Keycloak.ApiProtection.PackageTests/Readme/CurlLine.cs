using System.Text.RegularExpressions;

namespace Keycloak.ApiProtection.PackageTests.Readme;

/// <summary>One call of curl, with the options that the README uses: <c>-s -i -X -H -d</c>.</summary>
/// <param name="Method">The value of <c>-X</c>; without it, POST if data is sent and GET otherwise.</param>
/// <param name="Url">The URL of the request.</param>
/// <param name="Headers">The values of <c>-H</c>.</param>
/// <param name="Form">The values of <c>-d</c>.</param>
/// <param name="ExpectedStatus">The number at the start of the comment after the call; null if there is none.</param>
internal sealed partial record CurlLine(
    HttpMethod Method, Uri Url, IReadOnlyList<string> Headers, IReadOnlyList<KeyValuePair<string, string>> Form, int? ExpectedStatus)
{
    /// <summary>Reads the calls of a shell block, including continued lines.</summary>
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
