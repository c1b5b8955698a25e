using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Tests.Realms;

/// <summary>
/// The JWS vectors of Project Wycheproof, as far as the key and the signature are concerned. Other tests cover the compact form and the
/// header.
/// </summary>
public sealed partial class WycheproofTests
{
    /// <summary>
    /// These vectors are valid according to Wycheproof but rejected here: the alg of the key is not the alg of the token (PS256 and PS384),
    /// or does not exist (ES521). A key with an alg is used only for that alg (RFC 7517 section 4.4). With a correct alg they are valid.
    /// </summary>
    private static readonly HashSet<int> OtherAlgThanTheKeys = [346, 347, 350, 351];

    [Fact]
    public void Valid_vectors_are_verified_and_invalid_vectors_are_rejected()
    {
        var verified = 0;
        var refused = 0;

        foreach (var (group, test) in Tests())
        {
            var number = (int)test["tcId"]!;
            var key = (group["public"] ?? group["private"])!.AsObject();
            var (accepted, symmetric) = Verify(key, (string)test["jws"]!);
            var expected = (string)test["result"]! == "valid" && !symmetric && !OtherAlgThanTheKeys.Contains(number);

            Assert.True(accepted == expected, $"{number} {(string)test["comment"]!}: {(accepted ? "verified" : "rejected")}");
            _ = accepted ? verified++ : refused++;
        }

        Assert.Equal(401, verified + refused);
        Assert.InRange(verified, 25, 401);
    }

    [Fact]
    public void Vectors_with_only_a_wrong_key_alg_have_a_valid_signature()
    {
        foreach (var (group, test) in Tests().Where(pair => OtherAlgThanTheKeys.Contains((int)pair.Test["tcId"]!)))
        {
            var key = group["public"]!.DeepClone().AsObject();
            key.Remove("alg");

            Assert.True(Verify(key, (string)test["jws"]!).Accepted);
        }
    }

    private static (bool Accepted, bool Symmetric) Verify(JsonObject jwk, string jws)
    {
        var (key, _) = TestKey.Read(jwk);
        var symmetric = (string?)jwk["kty"] == "oct";
        var parts = jws.Split('.');

        if (key is null || parts.Length != 3 || parts[0].Length == 0 || !parts.All(part => Base64UrlAlphabet().IsMatch(part)))
        {
            return (false, symmetric);
        }

        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]));
        var accepted = SigningAlgorithm.TryGet(header.RootElement.GetProperty("alg").GetString(), out var algorithm)
            && key.Fits(algorithm)
            && key.Verify(algorithm, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]));

        return (accepted, symmetric);
    }

    private static (JsonObject Group, JsonObject Test)[] Tests()
    {
        var groups = JsonNode.Parse(
            File.ReadAllText(SharedFile.FindOrSkip("vectors/json_web_signature_test.json")))!["testGroups"]!.AsArray();

        return [.. groups.SelectMany(group => group!["tests"]!.AsArray().Select(test => (group.AsObject(), test!.AsObject())))];
    }

    [GeneratedRegex("^[A-Za-z0-9_-]*\\z")]
    private static partial Regex Base64UrlAlphabet();
}
