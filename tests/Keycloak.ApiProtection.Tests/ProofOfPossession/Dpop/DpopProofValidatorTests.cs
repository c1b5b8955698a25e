using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Http;
using Keycloak.ApiProtection.ProofOfPossession.Dpop;
using Microsoft.Extensions.Primitives;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Dpop;

public sealed class DpopProofValidatorTests
{
    private static readonly ProofClient Client = ProofClient.Ec();

    /// <summary>Each fault beside its code. The same proof without the fault is accepted.</summary>
    private static readonly Dictionary<string, (string Code, Func<Proof, Proof> Change)> Faults = new()
    {
        ["a duplicate member in the header"] = (
            "dpop_form",
            proof => proof with { HeaderText = json => json.Replace("{\"typ\"", "{\"alg\":\"ES256\",\"typ\"", StringComparison.Ordinal) }),
        ["a duplicate claim"] = (
            "dpop_form", proof => proof with { ClaimsText = json => json.Replace("{", "{\"htm\":\"GET\",", StringComparison.Ordinal) }),
        ["a header that is an array"] = ("dpop_form", proof => proof with { HeaderText = _ => "[]" }),
        ["a payload that is an array"] = ("dpop_form", proof => proof with { ClaimsText = _ => "[]" }),
        ["a payload with content behind it"] = ("dpop_form", proof => proof with { ClaimsText = json => json + "{}" }),
        ["crit"] = ("dpop_form", proof => proof.WithHeader("crit", new JsonArray("b64"))),
        ["a nonce that is a number"] = ("dpop_form", proof => proof.With("nonce", 1)),
        ["no typ"] = ("dpop_type", proof => proof.WithoutHeader("typ")),
        ["typ JWT"] = ("dpop_type", proof => proof.WithHeader("typ", "JWT")),
        ["typ in upper case"] = ("dpop_type", proof => proof.WithHeader("typ", "DPOP+JWT")),
        ["no alg"] = ("dpop_algorithm", proof => proof.WithoutHeader("alg")),
        ["alg none"] = ("dpop_algorithm", proof => proof.WithHeader("alg", "none") with { Signature = _ => [0] }),
        ["alg HS256"] = ("dpop_algorithm", proof => proof.WithHeader("alg", "HS256")),
        ["alg in lower case"] = ("dpop_algorithm", proof => proof.WithHeader("alg", "es256")),
        ["alg that is not accepted"] = ("dpop_algorithm", proof => proof.WithHeader("alg", "RS512")),
        ["alg EdDSA"] = ("dpop_algorithm", proof => proof.WithHeader("alg", "EdDSA")),
        ["no jwk"] = ("dpop_key", proof => proof.WithoutHeader("jwk")),
        ["a jwk that is a string"] = ("dpop_key", proof => proof.WithHeader("jwk", "key")),
        ["a private d"] = ("dpop_key", proof => proof.WithKey(key => key["d"] = "AAAA")),
        ["a symmetric k"] = ("dpop_key", proof => proof.WithKey(key => key["k"] = "AAAA")),
        ["RS256 with an EC key"] = ("dpop_key", proof => proof.WithHeader("alg", "RS256")),
        ["ES384 with a key on P-256"] = ("dpop_key", proof => proof.WithHeader("alg", "ES384")),
        ["a coordinate that is too short"] = ("dpop_key", proof => proof.WithKey(key => key["x"] = "AAAA")),
        ["a coordinate that is too long"] = ("dpop_key", proof => proof.WithKey(key => key["x"] = "AA" + key["x"])),
        ["a coordinate with padding"] = ("dpop_key", proof => proof.WithKey(key => key["x"] = key["x"] + "=")),
        ["a duplicate member in the key"] = (
            "dpop_key",
            proof => proof with { HeaderText = json => json.Replace("\"kty\"", "\"crv\":\"P-256\",\"kty\"", StringComparison.Ordinal) }),
        ["another key"] = (
            "dpop_key_other", proof => ProofClient.Ec().Proof(new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero)) with { Client = proof.Client }),
        ["htm of another method"] = ("dpop_method", proof => proof.With("htm", "POST")),
        ["htm in lower case"] = ("dpop_method", proof => proof.With("htm", "get")),
        ["no htm"] = ("dpop_method", proof => proof.Without("htm")),
        ["htu of another host"] = ("dpop_url", proof => proof.With("htu", "https://evil.example.com/orders")),
        ["htu of another path"] = ("dpop_url", proof => proof.With("htu", "https://api.example.com/payments")),
        ["no htu"] = ("dpop_url", proof => proof.Without("htu")),
        ["htu that is a number"] = ("dpop_url", proof => proof.With("htu", 1)),
        ["htu that is not ASCII"] = ("dpop_url", proof => proof.With("htu", "https://api.example.com/\u00F6")),
        ["no ath"] = ("dpop_token_hash", proof => proof.Without("ath")),
        ["ath of another token"] = ("dpop_token_hash", proof => proof.With("ath", ProofClient.Hash("another"))),
        ["ath of the token with padding"] = ("dpop_token_hash", proof => proof.With("ath", ProofClient.Hash(proof.Client.Token + "="))),
        ["ath with padding"] = ("dpop_token_hash", proof => proof.With("ath", proof.Claims["ath"] + "=")),
        ["no jti"] = ("dpop_id", proof => proof.Without("jti")),
        ["an empty jti"] = ("dpop_id", proof => proof.With("jti", "")),
        ["a jti of 257 characters"] = ("dpop_id", proof => proof.With("jti", new string('x', 257))),
        ["a jti that is a number"] = ("dpop_id", proof => proof.With("jti", 1)),
        ["no iat"] = ("dpop_time", proof => proof.Without("iat")),
        ["iat that is a string"] = ("dpop_time", proof => proof.With("iat", $"{proof.Claims["iat"]}")),
        ["iat with a fraction"] = ("dpop_time", proof => proof.With("iat", (long)proof.Claims["iat"]! + 0.5)),
        ["a negative iat"] = ("dpop_time", proof => proof.With("iat", -1)),
        ["iat in milliseconds"] = ("dpop_time", proof => proof.With("iat", (long)proof.Claims["iat"]! * 1000)),
        ["iat 61 seconds ago"] = ("dpop_time", proof => proof.With("iat", (long)proof.Claims["iat"]! - 61)),
        ["iat 11 seconds ahead"] = ("dpop_time", proof => proof.With("iat", (long)proof.Claims["iat"]! + 11)),
        ["a nonce that this API did not create"] = ("dpop_nonce", proof => proof.With("nonce", "eyJ7S_zG.eyJH0-Z.HX4w-7v")),
        ["a signature of another key"] = (
            "dpop_signature", proof => proof with { Signature = input => ProofClient.Ec().Sign("ES256", input) }),
        ["a signature of zeros"] = ("dpop_signature", proof => proof with { Signature = _ => new byte[64] }),
        ["a signature in DER"] = ("dpop_signature", proof => proof with { Signature = proof.Client.SignDer }),
        ["a signature that is too short"] = ("dpop_signature", proof => proof with { Signature = _ => new byte[63] }),
    };

    public static TheoryData<string> FaultNames => [.. Faults.Keys];

    [Theory]
    [MemberData(nameof(FaultNames))]
    public async Task A_proof_with_one_fault_is_rejected_with_the_code_of_the_fault(string fault)
    {
        var api = new DpopApi();
        var good = Client.Proof(api.Now);

        Assert.Equal(Faults[fault].Code, await api.VerdictAsync(Faults[fault].Change(good)));
        Assert.Equal((0, 0), (api.Validator.Memory.Count, api.Validator.CachedKeys));
        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(good));
        Assert.Equal((1, 1), (api.Validator.Memory.Count, api.Validator.CachedKeys));
    }

    [Theory]
    [MemberData(nameof(FaultNames))]
    public async Task A_proof_with_one_fault_is_rejected_with_the_same_code_if_the_key_and_the_hash_of_the_token_are_kept(string fault)
    {
        var api = new DpopApi { Token = Client.Verified() };
        var good = Client.Proof(api.Now);
        Assert.Equal(Faults[fault].Code, await api.VerdictAsync(Faults[fault].Change(good)));
        Assert.Null(api.Token.TextHash);
        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(Client.Proof(api.Now)));
        Assert.NotNull(api.Token.TextHash);

        Assert.Equal(Faults[fault].Code, await api.VerdictAsync(Faults[fault].Change(good)));
        Assert.Equal((1, 1), (api.Validator.Memory.Count, api.Validator.CachedKeys));
        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(good));
        Assert.Equal((2, 1), (api.Validator.Memory.Count, api.Validator.CachedKeys));
    }

    [Theory]
    [InlineData("ES256", "P-256")]
    [InlineData("ES384", "P-384")]
    [InlineData("ES512", "P-521")]
    [InlineData("RS256", null)]
    [InlineData("PS256", null)]
    [InlineData("PS384", null)]
    [InlineData("PS512", null)]
    public async Task A_proof_of_each_accepted_algorithm_is_accepted_with_a_new_and_with_a_cached_key(string algorithm, string? curve)
    {
        var api = new DpopApi();
        var client = curve is null ? ProofClient.Rsa() : ProofClient.Ec(curve);

        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(client.Proof(api.Now, algorithm)));
        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(client.Proof(api.Now, algorithm)));
        var reversed = client.Proof(api.Now, algorithm) with { Signature = input => [.. client.Sign(algorithm, input).Reverse()] };
        Assert.Equal("dpop_signature", await api.VerdictAsync(reversed));
        Assert.Equal(1, api.Validator.CachedKeys);
    }

    [Fact]
    public async Task The_header_must_carry_exactly_one_proof_of_limited_size()
    {
        var api = new DpopApi();
        var proof = Client.Proof(api.Now).Text;

        Assert.Equal("dpop_missing", DpopApi.Verdict(await api.SendAsync(StringValues.Empty, Client)));
        Assert.Equal("dpop_repeated", DpopApi.Verdict(await api.SendAsync(new StringValues([proof, proof]), Client)));
        Assert.Equal("dpop_size", DpopApi.Verdict(await api.SendAsync("", Client)));
        Assert.Equal("dpop_size", DpopApi.Verdict(await api.SendAsync(new string('a', 4097), Client)));
        Assert.Equal("dpop_form", DpopApi.Verdict(await api.SendAsync(new string('a', 4096), Client)));
        Assert.Equal("dpop_form", DpopApi.Verdict(await api.SendAsync(proof + ", " + proof, Client)));
        Assert.Equal("dpop_form", DpopApi.Verdict(await api.SendAsync(proof + ".AAAA", Client)));
        Assert.Equal("dpop_form", DpopApi.Verdict(await api.SendAsync(proof + "=", Client)));
        Assert.Equal("dpop_form", DpopApi.Verdict(await api.SendAsync(" " + proof, Client)));
        Assert.Equal("dpop_form", DpopApi.Verdict(await api.SendAsync(proof.Replace('e', '\u0435'), Client)));
        Assert.Equal(DpopApi.Accepted, DpopApi.Verdict(await api.SendAsync(proof, Client)));
    }

    [Fact]
    public async Task Other_keys_and_unknown_members_in_the_header_have_no_effect()
    {
        var api = new DpopApi();
        var proof = Client.Proof(api.Now);

        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(proof
            .WithHeader("x5c", new JsonArray("AAAA")).WithHeader("jku", "https://evil.example").WithHeader("kid", "other")
            .WithKey(key => key["kid"] = "mine").With("extra", new JsonObject { ["a"] = 1 })));
    }

    [Fact]
    public async Task An_RSA_key_must_have_2048_to_4096_bits_and_an_odd_exponent()
    {
        var api = new DpopApi();
        var proof = ProofClient.Rsa().Proof(api.Now, "RS256");
        string Modulus(int bytes) => System.Buffers.Text.Base64Url.EncodeToString([0x81, .. Enumerable.Repeat((byte)0x55, bytes - 1)]);

        Assert.Equal("dpop_key", await api.VerdictAsync(proof.WithKey(key => key["n"] = Modulus(128))));
        Assert.Equal("dpop_key", await api.VerdictAsync(proof.WithKey(key => key["n"] = Modulus(255))));
        Assert.Equal("dpop_key", await api.VerdictAsync(proof.WithKey(key => key["n"] = Modulus(513))));
        Assert.Equal("dpop_size", await api.VerdictAsync(proof.WithKey(key => key["n"] = Modulus(16384 / 8))));
        Assert.Equal("dpop_key", await api.VerdictAsync(proof.WithKey(key => key["e"] = "AQ")));
        Assert.Equal("dpop_key", await api.VerdictAsync(proof.WithKey(key => key["e"] = "AQAA")));
        Assert.Equal("dpop_key", await api.VerdictAsync(proof.WithKey(key => key["e"] = "AAEAAQ")));
        Assert.Equal("dpop_key", await api.VerdictAsync(proof.WithKey(key => key["e"] = "AQAAAAE")));
        Assert.Equal("dpop_key_other", await api.VerdictAsync(proof.WithKey(key => key["n"] = Modulus(256))));
        Assert.Equal("dpop_key_other", await api.VerdictAsync(proof.WithKey(key => key["n"] = Modulus(512))));
        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(proof));
    }

    [Fact]
    public async Task A_point_that_is_not_on_the_curve_is_rejected_even_if_the_token_is_bound_to_it()
    {
        var api = new DpopApi();
        var proof = Client.Proof(api.Now).WithKey(key => key["y"] = key["x"]!.DeepClone());
        var thumbprint = ProofClient.ThumbprintOf((JsonObject)proof.Header["jwk"]!);

        var result = await api.Validator.ValidateAsync(
            proof.Text, "GET", DpopApi.Orders, new(Client.Token.AsMemory()), thumbprint, TestContext.Current.CancellationToken);

        Assert.Equal("dpop_key", DpopApi.Verdict(result));
    }

    [Fact]
    public async Task The_key_in_the_example_of_RFC_9449_has_the_thumbprint_of_its_access_token()
    {
        // RFC 9449 section 4.1 (jwk) and section 6.1 (jkt). The private key is not known, so the check ends at the signature.
        var api = new DpopApi();
        var key = new JsonObject
        {
            ["kty"] = "EC",
            ["x"] = "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
            ["y"] = "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
            ["crv"] = "P-256",
        };
        var proof = Client.Proof(api.Now).WithHeader("jwk", key);

        var result = await api.Validator.ValidateAsync(
            proof.Text,
            "GET",
            DpopApi.Orders,
            new(Client.Token.AsMemory()),
            "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
            TestContext.Current.CancellationToken);

        Assert.Equal("dpop_signature", DpopApi.Verdict(result));
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(10)]
    public async Task A_proof_at_the_edge_of_the_time_window_is_accepted(int seconds)
    {
        var api = new DpopApi();

        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(Client.Proof(api.Now.AddSeconds(seconds))));
    }

    [Fact]
    public async Task A_proof_is_accepted_once_and_its_replay_is_rejected_until_its_last_acceptable_moment()
    {
        foreach (var ahead in new[] { -60, -59, 0, 5, 10 })
        {
            var api = new DpopApi();
            var proof = Client.Proof(api.Now.AddSeconds(ahead));
            var text = proof.Text;
            Assert.Equal(DpopApi.Accepted, DpopApi.Verdict(await api.SendAsync(text, Client)));

            // In steps of a quarter of a second, the proof is known as long as its time is accepted.
            for (var quarter = 0; quarter < (60 + ahead + 1) * 4; quarter++)
            {
                Assert.Equal("dpop_replayed", DpopApi.Verdict(await api.SendAsync(text, Client)));
                api.Time.Advance(TimeSpan.FromSeconds(0.25));
            }

            Assert.Equal("dpop_time", DpopApi.Verdict(await api.SendAsync(text, Client)));
        }
    }

    [Fact]
    public async Task A_replay_is_rejected_after_the_clock_was_set_back()
    {
        var api = new DpopApi();
        var text = Client.Proof(api.Now).Text;
        Assert.Equal(DpopApi.Accepted, DpopApi.Verdict(await api.SendAsync(text, Client)));

        api.Time.Advance(TimeSpan.FromSeconds(69));
        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(Client.Proof(api.Now)));
        api.Time.SetWallClock(api.Now.AddSeconds(-9));

        Assert.Equal("dpop_replayed", DpopApi.Verdict(await api.SendAsync(text, Client)));
    }

    [Fact]
    public async Task Two_clients_may_use_the_same_id()
    {
        var api = new DpopApi();
        var other = ProofClient.Ec();

        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(Client.Proof(api.Now).With("jti", "same")));
        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(other.Proof(api.Now).With("jti", "same")));
        Assert.Equal("dpop_replayed", await api.VerdictAsync(Client.Proof(api.Now.AddSeconds(-1)).With("jti", "same")));
    }

    [Fact]
    public async Task Of_a_thousand_concurrent_requests_with_one_proof_exactly_one_is_accepted()
    {
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("DPOP_REPLAY_ROUNDS"), out var asked) ? asked : 5;
        TestContext.Current.TestOutputHelper?.WriteLine($"{rounds} rounds (DPOP_REPLAY_ROUNDS)");
        var api = new DpopApi();

        for (var round = 0; round < rounds; round++)
        {
            var text = Client.Proof(api.Now).Text;
            var accepted = 0;
            Parallel.For(0, 1000, _ =>
            {
                var result = api.SendAsync(text, Client);
                Assert.True(result.IsCompletedSuccessfully);
                switch (DpopApi.Verdict(result.GetAwaiter().GetResult()))
                {
                    case DpopApi.Accepted:
                        Interlocked.Increment(ref accepted);
                        break;
                    case "dpop_replayed":
                        break;
                    default:
                        Assert.Fail("neither accepted nor a replay");
                        break;
                }
            });
            Assert.Equal(1, accepted);

            // Old proofs are forgotten. Otherwise one key would hold so much of the memory that its proofs need a nonce.
            api.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await Task.CompletedTask;
    }

    [Fact]
    public async Task The_log_says_by_how_much_a_clock_is_off_and_which_url_was_expected()
    {
        var api = new DpopApi();

        Assert.Contains(
            "is 90 s in the past", (await api.ExplainAsync(Client.Proof(api.Now.AddSeconds(-90)))).Reason, StringComparison.Ordinal);
        Assert.Contains(
            "is 30 s in the future", (await api.ExplainAsync(Client.Proof(api.Now.AddSeconds(30)))).Reason, StringComparison.Ordinal);
        Assert.Equal(
            "The proof is for the URL 'https://api.example.com/\\u000a\\u0027'; expected 'https://api.example.com/orders'.",
            (await api.ExplainAsync(Client.Proof(api.Now).With("htu", "https://api.example.com/\n'"))).Reason);
        Assert.Contains("'htm'", TokenRejection.DpopMethod.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(FaultNames))]
    public async Task An_explanation_keeps_code_and_description_and_is_harmless(string fault)
    {
        var api = new DpopApi();
        var explained = await api.ExplainAsync(Faults[fault].Change(Client.Proof(api.Now)));

        Assert.Equal(Faults[fault].Code, explained.Code);
        Assert.All(explained.Reason, letter => Assert.InRange(letter, ' ', '~'));
        Assert.InRange(explained.Reason.Length, 10, 500);
    }

    [Fact]
    public async Task A_proof_with_a_cached_key_allocates_less_than_a_kilobyte_beside_the_signature_check_and_one_of_another_key_nothing()
    {
        var api = new DpopApi();

        // The framework's check of RSA signatures allocates nothing, in contrast to that of ECDSA.
        var client = ProofClient.Rsa();
        await api.SendAsync(client.Proof(api.Now, "RS256"));
        var proofs = Enumerable.Range(0, 64).Select(_ => client.Proof(api.Now, "RS256").Text).ToArray();
        var foreign = ProofClient.Ec().Proof(api.Now).Text;
        var (accepted, rejected) = (0, 0);
        var start = 0L;
        for (var round = 0; round < proofs.Length; round++)
        {
            // The first rounds also allocate for the runtime and for the growing memory.
            start = round == 40 ? GC.GetAllocatedBytesForCurrentThread() : start;
            accepted += (await api.SendAsync(proofs[round], client)).IsAccepted ? 1 : 0;
        }

        var perProof = (GC.GetAllocatedBytesForCurrentThread() - start) / (proofs.Length - 40);
        await api.SendAsync(foreign, Client);
        start = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 10; round++)
        {
            rejected += (await api.SendAsync(foreign, Client)).IsAccepted ? 0 : 1;
        }

        Assert.Equal((0, 64, 10), (GC.GetAllocatedBytesForCurrentThread() - start, accepted, rejected));
        Assert.InRange(perProof, 0, 1024);
    }

    [Fact]
    public void No_result_is_accepted_by_default() => Assert.Equal(DpopApi.Undecided, DpopApi.Verdict(default(DpopResult)));
}
