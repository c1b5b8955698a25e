using System.Globalization;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Urls;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Dpop.Urls;

public sealed class DpopUrlTests
{
    [Theory]
    [InlineData("https://api.example.com/orders", "/orders")]
    [InlineData("HTTPS://API.Example.COM/orders", "/orders")]
    [InlineData("https://api.example.com:443/orders", "/orders")]
    [InlineData("https://api.example.com:/orders", "/orders")]
    [InlineData("https://api.example.com/orders?a=b#c", "/orders?x=y")]
    [InlineData("https://api.example.com/orders#c", "/orders")]
    [InlineData("https://api.example.com", "/")]
    [InlineData("https://api.example.com?a", "/?b")]
    [InlineData("https://api.example.com/", "/")]
    [InlineData("https://api.example.com/%6frders", "/orders")]
    [InlineData("https://api.example.com/orders", "/%6Frders")]
    [InlineData("https://api.example.com/a%2fb", "/a%2Fb")]
    [InlineData("https://api.example.com/%c3%b6", "/%C3%B6")]
    [InlineData("https://api.example.com/a...b/..c", "/a...b/..c")]
    [InlineData("https://api.example.com/orders", "http://inner:5000/orders?x")]
    [InlineData("https://api.example.com/", "http://inner")]
    public void A_proof_for_the_same_url_in_another_spelling_matches(string htu, string rawTarget) =>
        Assert.True(Matches(htu, rawTarget));

    [Theory]
    [InlineData("http://api.example.com/orders", "/orders")]
    [InlineData("https://api.example.org/orders", "/orders")]
    [InlineData("https://api.example.com:8443/orders", "/orders")]
    [InlineData("https://api.example.com:80/orders", "/orders")]
    [InlineData("https://user@api.example.com/orders", "/orders")]
    [InlineData("https://api.example.com@evil.example/orders", "/orders")]
    [InlineData("https://api.example.com/orders/", "/orders")]
    [InlineData("https://api.example.com/orders", "/orders/")]
    [InlineData("https://api.example.com/Orders", "/orders")]
    [InlineData("https://api.example.com//orders", "/orders")]
    [InlineData("https://api.example.com/a/b", "/a%2Fb")]
    [InlineData("https://api.example.com/a%252fb", "/a%2Fb")]
    [InlineData("https://api.example.com/x/../orders", "/orders")]
    [InlineData("https://api.example.com/orders", "/x/../orders")]
    [InlineData("https://api.example.com/x/../orders", "/x/../orders")]
    [InlineData("https://api.example.com/./orders", "/./orders")]
    [InlineData("https://api.example.com/%2e%2E/orders", "/%2e%2E/orders")]
    [InlineData("https://api.example.com/orders/..", "/orders/..")]
    [InlineData("https://api.example.com/orders%", "/orders%")]
    [InlineData("https://api.example.com/orders%2", "/orders%2")]
    [InlineData("https://api.example.com/orders%zz", "/orders%zz")]
    [InlineData("https://api.example.com/orders ", "/orders")]
    [InlineData("/orders", "/orders")]
    [InlineData("", "/orders")]
    [InlineData("://", "/orders")]
    [InlineData("https://", "/")]
    [InlineData("https:///orders", "/orders")]
    [InlineData("https://api.example.com/*", "*")]
    [InlineData("https://api.example.com/", "api.example.com:443")]
    [InlineData("https://api.example.com/orders/1", "/orders")]
    [InlineData("https://api.example.com/order", "/orders")]
    public void A_proof_for_another_url_does_not_match(string htu, string rawTarget) => Assert.False(Matches(htu, rawTarget));

    [Theory]
    [InlineData("/api", "/orders", "/api/orders", "https://api.example.com/api/orders")] // UsePathBase
    [InlineData("/api", "/orders", "/orders", "https://api.example.com/api/orders")] // X-Forwarded-Prefix
    [InlineData("/api", "/api/orders", "/api/api/orders", "https://api.example.com/api/api/orders")] // UsePathBase
    [InlineData("/api", "/api/orders", "/api/orders", "https://api.example.com/api/api/orders")] // X-Forwarded-Prefix
    [InlineData("/api", "", "/api", "https://api.example.com/api")]
    [InlineData("/api", "/rewritten", "/api/orders", "https://api.example.com/api/orders")]
    [InlineData("/api", "/x", "/apix", "https://api.example.com/api/apix")]
    [InlineData("", "/rewritten", "/orders", "https://api.example.com/orders")]
    [InlineData("", "/orders", "", "https://api.example.com/orders")]
    public void The_base_of_the_application_is_part_of_the_url_whether_or_not_the_proxy_removed_it(
        string pathBase, string path, string rawTarget, string htu)
    {
        var target = new DpopTarget("https", "api.example.com", rawTarget, pathBase, path);

        Assert.True(DpopUrl.Matches(htu, target, null));
        Assert.Equal(htu, DpopUrl.Expected(target, null));
        Assert.False(DpopUrl.Matches(htu + "/", target, null));
    }

    [Theory]
    [InlineData("https://api.example.com", "", "/orders", "/orders", "https://api.example.com/orders")]
    [InlineData("https://api.example.com/v1/", "", "/orders", "/orders", "https://api.example.com/v1/orders")]
    [InlineData("https://api.example.com/v1", "/v1", "/orders", "/v1/orders", "https://api.example.com/v1/orders")]
    [InlineData("https://api.example.com/v1", "/inner", "/orders", "/inner/orders", "https://api.example.com/v1/orders")]
    [InlineData("https://api.example.com:8443/v1", "/v1", "/orders", "/orders", "https://api.example.com:8443/v1/orders")]
    [InlineData("http://[::1]:5000", "", "/orders", "/orders", "http://[::1]:5000/orders")]
    public void The_public_url_replaces_scheme_host_and_prefix(string publicUrl, string pathBase, string path, string rawTarget, string htu)
    {
        Assert.True(DpopPublicUrl.TryCreate(publicUrl, out var known));
        var target = new DpopTarget("http", "10.0.0.5:8080", rawTarget, pathBase, path);

        Assert.True(DpopUrl.Matches(htu, target, known));
        Assert.Equal(htu, DpopUrl.Expected(target, known));
        Assert.False(DpopUrl.Matches("http://10.0.0.5:8080" + rawTarget, target, known));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("api.example.com")]
    [InlineData("ftp://api.example.com")]
    [InlineData("https://user@api.example.com")]
    [InlineData("https://api.example.com/?a=b")]
    [InlineData("https://api.example.com/#a")]
    public void A_public_url_must_be_an_http_url_without_user_query_and_fragment(string? text) =>
        Assert.False(DpopPublicUrl.TryCreate(text, out _));

    /// <summary>The framework's Uri decides which of the random URLs are equal. Where it resolves dot segments, none may match.</summary>
    [Fact]
    public void The_comparison_agrees_with_the_framework_for_random_urls()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        string[] pieces =
        [
            "a", "A", "%61", "%41", "%2f", "%2F", "/", ".", "%2e", "~", "%7e", "%C3%B6", "%c3%b6", "-", "%20", "b", ":", "@", "%25", ";",
        ];
        var (equal, different) = (0, 0);

        for (var round = 0; round < 20_000; round++)
        {
            var path = Path();
            var other = random.Next(3) == 0 ? Respell(path) : Path();
            var scheme = random.Next(2) == 0 ? "https" : "HTTPS";
            var host = random.Next(2) == 0 ? "api.example.com" : "API.example.com:443";
            var htu = $"{scheme}://{host}{other}{(random.Next(2) == 0 ? "" : "?q")}";
            var matches = Matches(htu, path);

            if (HasDotSegment(path) || HasDotSegment(other))
            {
                Assert.False(matches, $"{path} and {other}");
                continue;
            }

            var expected = Normal(path) == Normal(other);
            Assert.True(matches == expected, $"{path} and {other}: {matches}");
            (equal, different) = expected ? (equal + 1, different) : (equal, different + 1);
        }

        Assert.InRange(equal, 500, 20_000);
        Assert.InRange(different, 500, 20_000);

        string Path() => "/" + string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => pieces[random.Next(pieces.Length)]));

        string Respell(string text) => random.Next(3) switch
        {
            0 => text.Replace("%2f", "%2F", StringComparison.Ordinal).Replace("%c3%b6", "%C3%B6", StringComparison.Ordinal),
            1 => text.Replace("a", "%61", StringComparison.Ordinal),
            _ => text.Replace("~", "%7E", StringComparison.Ordinal),
        };

        static bool HasDotSegment(string text) =>
            text.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase).Split('/').Any(segment => segment is "." or "..");

        // GetComponents with UriFormat.UriEscaped normalizes as RFC 3986 section 6.2.2 says.
        static string Normal(string text) => Uppercase(
            new Uri("https://api.example.com" + text).GetComponents(UriComponents.Path, UriFormat.UriEscaped));

        static string Uppercase(string text) => string.Create(text.Length, text, (letters, source) =>
        {
            for (var at = 0; at < source.Length; at++)
            {
                var inEscape = (at > 0 && source[at - 1] == '%') || (at > 1 && source[at - 2] == '%');
                letters[at] = inEscape ? char.ToUpper(source[at], CultureInfo.InvariantCulture) : source[at];
            }
        });
    }

    private static bool Matches(string htu, string rawTarget) =>
        DpopUrl.Matches(htu, new DpopTarget("https", "api.example.com", rawTarget, "", "/"), null);
}
