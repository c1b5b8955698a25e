using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>Logs why introspection fails: each cause once until Keycloak responds again. The number of causes is limited.</summary>
internal sealed class IntrospectionReports(string scheme, TimeProvider time, ILogger logger)
{
    private const int MostCauses = 32;

    private readonly Lock _gate = new();
    private readonly HashSet<(string Code, string Remedy)> _reported = [];
    private readonly RejectionCause _stale = new();
    private volatile bool _hasReported;

    /// <summary>Introspection failed, or its response was not valid.</summary>
    public void Failed(RealmFailure failure)
    {
        lock (_gate)
        {
            if (_reported.Count >= MostCauses || !_reported.Add((failure.Code, failure.Remedy)))
            {
                return;
            }

            _hasReported = true;
        }

        if (failure.Code is "credentials" or "public_client" or "https" or "no-address")
        {
            logger.IntrospectionRejected(scheme, failure.Reason, failure.Remedy);
        }
        else
        {
            logger.IntrospectionFailed(scheme, failure.Reason, failure.Remedy);
        }
    }

    /// <summary>Keycloak responded.</summary>
    public void Succeeded()
    {
        if (!_hasReported)
        {
            return;
        }

        lock (_gate)
        {
            // A response that does not match its token says nothing about other tokens.
            if (_reported.RemoveWhere(cause => cause.Code is not ("mismatch" or "kind" or IntrospectionFailures.OneToken)) == 0)
            {
                return;
            }

            _hasReported = _reported.Count > 0;
        }

        logger.IntrospectionRecovered(scheme);
    }

    /// <summary>A token was accepted with a stale response (<c>Introspection.StaleIfError</c>). Logged once per minute.</summary>
    public void Stale(TimeSpan age)
    {
        if (_stale.Take(time, TimeSpan.FromMinutes(1), out var suppressed))
        {
            logger.StaleAnswerUsed(scheme, age, suppressed);
        }
    }

    /// <summary>The issuer in the realm's discovery document is not one of the accepted token issuers.</summary>
    public void OtherHost(string realm, string issuers) => logger.IntrospectedThroughOtherHost(scheme, realm, issuers);

    /// <summary>The client is not one of the configured audiences.</summary>
    public void OutsideAudience(string client, string audiences) => logger.ClientOutsideAudience(scheme, client, audiences);

    /// <summary>Keycloak accepts this API's credentials.</summary>
    public void Checked(string client) => logger.IntrospectionChecked(scheme, client);
}
