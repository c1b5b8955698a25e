using System.Text;
using System.Text.Json;
using Keycloak.ApiProtection.Json;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.Tests.Json;

public sealed class JsonNestedNamesTests
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    [Fact]
    public void Duplicate_nested_names_are_found_as_by_the_framework_reader()
    {
        var random = new Random(7);
        var (unique, doubled) = (0, 0);
        for (var time = 0; time < 20_000; time++)
        {
            var json = Encoding.UTF8.GetBytes(Value(random, 4));
            var expected = IsStrict(json);
            Assert.True(JsonScanner.AfterValue(json, 0, out var value) == json.Length);
            Assert.Equal(expected, JsonNestedNames.AreUnique(json, value));
            _ = expected ? unique++ : doubled++;
        }

        Assert.InRange(unique, 1_000, 19_000);
        Assert.InRange(doubled, 1_000, 19_000);
    }

    [Theory]
    [InlineData("""{"active":true,"realm_access":{"roles":["a"],"roles":["admin"]}}""", false)]
    [InlineData("""{"active":true,"resource_access":{"orders-api":{"roles":["a"]},"orders-api":{}}}""", false)]
    [InlineData("""{"active":true,"realm_access":{"roles":["a"]}}""", true)]
    public void A_response_of_the_realm_with_duplicate_nested_names_is_rejected(string answer, bool good) =>
        Assert.Equal(
            good, RealmJson.Parse(Encoding.UTF8.GetBytes(answer), new Uri("https://kc.example/introspect")).Succeeded(out _, out _));

    private static bool IsStrict(byte[] json)
    {
        try
        {
            JsonDocument.Parse(json, Strict).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Value(Random random, int depth)
    {
        var count = random.Next(0, 4);
        string Space() => random.Next(4) == 0 ? " " : string.Empty;
        return random.Next(depth == 0 ? 3 : 6) switch
        {
            0 => "1",
            1 => "\"{\\\"}[\"",
            2 => "null",
            3 => $"[{Space()}{Join(() => Value(random, depth - 1))}{Space()}]",
            _ => $"{{{Space()}{Join(() => $"\"{Name(random)}\":{Value(random, depth - 1)}")}{Space()}}}",
        };

        string Join(Func<string> item) => string.Join($"{Space()},{Space()}", Enumerable.Range(0, count).Select(_ => item()));
    }

    private static string Name(Random random) => random.Next(10) switch
    {
        0 => "\\u0061",
        1 => "a\\\"",
        2 => string.Empty,
        _ => ((char)('a' + random.Next(9))).ToString(),
    };
}
