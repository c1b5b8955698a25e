using Keycloak.ApiProtection.ProofOfPossession.Dpop;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Urls;
using Keycloak.ApiProtection.Tests.Realms;
using Microsoft.Extensions.Primitives;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Dpop;

/// <summary>The part of the API that checks proofs, with a clock that the test sets.</summary>
internal sealed class DpopApi
{
    public const string Accepted = "accepted";
    public const string Undecided = "undecided";

    public static readonly DpopTarget Orders = new("https", "api.example.com", "/orders", "", "/orders");

    public DpopApi(DpopSettings? settings = null, IDpopReplayStore? store = null)
    {
        Settings = settings ?? Asking();
        Validator = new DpopProofValidator(Settings, Time, Log, store);
    }

    public ManualTimeProvider Time { get; } = new();

    public RecordingLogger Log { get; } = new();

    public DpopSettings Settings { get; }

    public DpopProofValidator Validator { get; }

    /// <summary>The verified token of the requests, which can keep the hash of its text. Null if the token is not cached.</summary>
    public AccessToken? Token { get; set; }

    public DateTimeOffset Now => Time.GetUtcNow();

    public static DpopSettings Asking(DpopNonceMode nonce = DpopNonceMode.UnderPressure, int capacity = 4096) => new()
    {
        Scheme = "Keycloak",
        NonceKey = new byte[32],
        Nonce = nonce,
        ReplayCapacity = capacity,
    };

    public ValueTask<DpopResult> SendAsync(StringValues header, ProofClient client, string method = "GET", DpopTarget? target = null) =>
        Validator.ValidateAsync(
            header,
            method,
            target ?? Orders,
            new(client.Token.AsMemory(), Token),
            client.Thumbprint,
            TestContext.Current.CancellationToken);

    public ValueTask<DpopResult> SendAsync(Proof proof) => SendAsync(proof.Text, proof.Client);

    /// <summary>Returns the code of the rejection, or <see cref="Accepted"/>, or <see cref="Undecided"/>.</summary>
    public async Task<string> VerdictAsync(Proof proof) => Verdict(await SendAsync(proof));

    public static string Verdict(DpopResult result) =>
        result.IsRejected(out var rejection) ? rejection.Code : result.IsAccepted ? Accepted : Undecided;

    /// <summary>Returns the rejection with the texts of the log.</summary>
    public async Task<TokenRejection> ExplainAsync(Proof proof, DpopTarget? target = null)
    {
        var header = proof.Text;
        var result = await SendAsync(header, proof.Client, target: target);
        Assert.True(result.IsRejected(out var rejection));
        return DpopDiagnosis.Explain(rejection, header, "GET", target ?? Orders, Settings, Now);
    }
}
