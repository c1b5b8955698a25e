using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Dpop;

/// <summary>Changes a good proof at random. It is never accepted and never causes an exception.</summary>
public sealed class DpopMutationTests
{
    private const string Letters = "ABCDabcd0189-_.=+/ \t\r\n\0\"{},:[]\\\u00E9\u0131\uD800";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_mutation_of_a_good_proof_is_accepted_whether_the_key_and_the_hash_of_the_token_are_kept_or_not(bool areKept)
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("DPOP_MUTATIONS"), out var asked) ? asked : 20_000;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("DPOP_MUTATION_SEED"), out var given) ? given : Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} mutations (DPOP_MUTATIONS), seed {seed} (DPOP_MUTATION_SEED)");
        var random = new Random(seed);
        var api = new DpopApi();
        var client = ProofClient.Ec();
        var kept = areKept ? 1 : 0;
        if (areKept)
        {
            api.Token = client.Verified();
            Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(client.Proof(api.Now)));
            Assert.NotNull(api.Token.TextHash);
        }

        var proof = client.Proof(api.Now);
        var good = proof.Text;
        var codes = new SortedDictionary<string, int>(StringComparer.Ordinal);

        for (var number = 0; number < count; number++)
        {
            var mutation = random.Next(2) == 0 ? ChangeText(good, random) : ChangeContent(good, random);
            if (mutation == good)
            {
                continue;
            }

            var result = await api.SendAsync(mutation, client);
            Assert.False(result.IsAccepted, string.Create(CultureInfo.InvariantCulture, $"seed {seed}, number {number}: {mutation}"));
            var code = DpopApi.Verdict(result);
            codes[code] = codes.GetValueOrDefault(code) + 1;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", codes.Select(code => $"{code.Key} {code.Value}")));
        Assert.Equal((kept, kept), (api.Validator.Memory.Count, api.Validator.CachedKeys));
        Assert.True(codes.Count > 6, string.Join(", ", codes.Keys));
        Assert.True((await api.SendAsync(good, client)).IsAccepted);
    }

    private static string ChangeText(string text, Random random)
    {
        var changed = new StringBuilder(text);
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(changed.Length);
            switch (random.Next(5))
            {
                case 0:
                    changed[at] = Letters[random.Next(Letters.Length)];
                    break;
                case 1:
                    changed[at] = (char)(changed[at] ^ (1 << random.Next(8)));
                    break;
                case 2:
                    changed.Insert(at, Letters[random.Next(Letters.Length)]);
                    break;
                case 3 when changed.Length > 2:
                    changed.Remove(at, 1);
                    break;
                default:
                    changed.Length = Math.Max(1, at);
                    break;
            }
        }

        return changed.ToString();
    }

    /// <summary>Changes the decoded header, payload or signature, so that more than the first check is reached.</summary>
    private static string ChangeContent(string text, Random random)
    {
        var parts = text.Split('.');
        var part = random.Next(3);
        var bytes = Base64Url.DecodeFromChars(parts[part]);
        for (var times = random.Next(1, 3); times > 0; times--)
        {
            var at = random.Next(bytes.Length);
            bytes[at] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)Letters[random.Next(28)];
        }

        parts[part] = Base64Url.EncodeToString(bytes);
        return string.Join('.', parts);
    }
}
