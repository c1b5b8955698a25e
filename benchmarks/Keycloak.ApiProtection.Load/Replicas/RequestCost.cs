namespace Keycloak.ApiProtection.Load.Replicas;

/// <summary>The time to check the token of a request with a journal, compared with the time without one in the same round.</summary>
/// <param name="Token">Whether the token is new or repeated.</param>
/// <param name="Revocations">The number of revocations that are held.</param>
/// <param name="Without">The median time without a journal, in nanoseconds.</param>
/// <param name="Ratio">The median of the rounds' ratios.</param>
/// <param name="LowerRatio">The first quartile of the ratios.</param>
/// <param name="UpperRatio">The third quartile of the ratios.</param>
/// <param name="Additional">The median of the rounds' differences, in nanoseconds.</param>
/// <param name="AdditionalBytes">How many bytes more are allocated.</param>
internal sealed record RequestCost(
    string Token,
    int Revocations,
    double Without,
    double Ratio,
    double LowerRatio,
    double UpperRatio,
    double Additional,
    double AdditionalBytes);
