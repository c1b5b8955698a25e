using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.Tokens;

public sealed class TokenRejectionTests
{
    /// <summary>
    /// How to get each code, except the codes of the Authorization header, which the authentication handler returns, and the codes of later
    /// events, which are tested in Revocation and Introspection.
    /// </summary>
    private static readonly Dictionary<string, Func<SignedToken, SignedToken>> Ways = new()
    {
        ["size"] = token => token.And($"\"long\":\"{new string('x', 20_000)}\""),
        ["form"] = token => token.Signed(_ => []),
        ["jose_header"] = token => token.WithHeader("[]"),
        ["critical"] = token => token.WithHeader("crit", "[]"),
        ["header_type"] = token => token.WithHeader("typ", "\"JWE\""),
        ["algorithm_none"] = token => token.WithHeader("alg", "\"none\""),
        ["algorithm_symmetric"] = token => token.SignedWithSecret("HS256", [1, 2, 3]),
        ["algorithm_eddsa"] = token => token.WithHeader("alg", "\"EdDSA\""),
        ["algorithm"] = token => token.WithHeader("alg", "\"ES256K\""),
        ["payload"] = token => token.WithPayload("[]"),
        ["issuer"] = token => token.Without("iss"),
        ["kind_missing"] = token => token.Without("typ"),
        ["kind_id"] = token => token.WithText("typ", "ID"),
        ["kind_refresh"] = token => token.WithText("typ", "Refresh"),
        ["kind_offline"] = token => token.WithText("typ", "Offline"),
        ["kind_logout"] = token => token.WithText("typ", "Logout"),
        ["kind_registration"] = token => token.WithText("typ", "InitialAccessToken"),
        ["kind_identity_cookie"] = token => token.WithText("typ", "Serialized-ID"),
        ["kind_other"] = token => token.WithText("typ", "reset-credentials"),
        ["bound_dpop"] = token => token.With("cnf", "{\"jkt\":\"x\"}"),
        ["bound_certificate"] = token => token.With("cnf", "{\"x5t#S256\":\"x\"}"),
        ["bound"] = token => token.With("cnf", "{}"),
        ["expired"] = token => token.With("exp", "1"),
        ["expiry_missing"] = token => token.Without("exp"),
        ["not_yet_valid"] = token => token.With("nbf", "253402300799"),
        ["issued_ahead"] = token => token.With("iat", "253402300799"),
        ["issued_at_missing"] = token => token.Without("iat"),
        ["lightweight"] = token => token.WithPayload(KeycloakPayloads.Lightweight
            .Replace("http://127.0.0.1:18080/realms/demo", RealmStub.Issuer, StringComparison.Ordinal)
            .Replace("\"exp\":1795221252", "\"exp\":1795300000", StringComparison.Ordinal)),
        ["audience"] = token => token.With("aud", "[]"),
        ["key_missing"] = token => token.WithoutHeader("kid"),
        ["key_unknown"] = token => token.WithHeader("kid", "\"nobody\""),
        ["key_unusable"] = token => token.WithHeader("kid", "\"encryption\""),
        ["key_unfit"] = token => token.WithHeader("alg", "\"ES256\""),
        ["signature"] = token => token.Signed(_ => new byte[256]),
    };

    /// <summary>The codes of bound tokens and their proofs, which are tested in ProofOfPossession and Rules/BindingRuleTests.</summary>
    private static readonly string[] ProofCodes =
    [
        "bound_certificate_missing", "bound_certificate_other",
        "bound_malformed", "bound_without_key", "dpop_scheme", "dpop_unbound", "dpop_missing", "dpop_repeated", "dpop_size", "dpop_form",
        "dpop_type", "dpop_algorithm", "dpop_key", "dpop_key_other", "dpop_method", "dpop_url", "dpop_token_hash", "dpop_id", "dpop_nonce",
        "dpop_time", "dpop_signature", "dpop_replayed", "proof_required",
    ];

    public static TheoryData<string> Codes => [.. Ways.Keys];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_token_with_one_fault_is_rejected_with_the_code_of_that_fault(string code)
    {
        var encryption = TestKey.Rsa("encryption", which: 1);
        encryption.Jwk["use"] = "enc";
        using var api = await OrdersApi.StartAsync(encryption);

        Assert.Equal(code, await api.VerdictAsync(Ways[code](api.Alice)));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
    }

    [Fact]
    public void Every_code_is_tested_and_unique() =>
        Assert.Equal(
            TokenRejection.All.Select(rejection => rejection.Code).Order(),
            Ways.Keys.Concat(["header_malformed", "header_repeated", "revoked", "revocation_watermark", "recheck", "inactive"])
                .Concat(ProofCodes)
                .Order());

    [Fact]
    public void The_client_receives_only_an_error_of_RFC_6750_or_9449_and_a_fixed_description()
    {
        foreach (var rejection in TokenRejection.All)
        {
            Assert.Equal(
                rejection.Code switch
                {
                    "header_malformed" or "header_repeated" => "invalid_request",
                    "dpop_scheme" or "dpop_unbound" or "dpop_key_other" => "invalid_token",
                    "dpop_nonce" => "use_dpop_nonce",
                    var code => code.StartsWith("dpop_", StringComparison.Ordinal) ? "invalid_dpop_proof" : "invalid_token",
                },
                rejection.Error);
            Assert.Matches("^[A-Za-z ]{10,60}\\z", rejection.Description);
            Assert.Matches("^[a-z_]{4,30}\\z", rejection.Code);
            Assert.EndsWith(".", rejection.Reason, StringComparison.Ordinal);
            Assert.EndsWith(".", rejection.Remedy.TrimEnd(')'), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_content_of_a_token_changes_only_the_texts_for_the_log()
    {
        var found = TokenRejection.Audience.Because("A reason.");

        Assert.Equal(
            (
                TokenRejection.Audience.Code,
                TokenRejection.Audience.Error,
                TokenRejection.Audience.Description,
                "A reason.",
                TokenRejection.Audience.Remedy),
            (found.Code, found.Error, found.Description, found.Reason, found.Remedy));
        Assert.Equal("A remedy.", found.Because("A reason.", "A remedy.").Remedy);
    }
}
